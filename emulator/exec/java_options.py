"""``JAVA_TOOL_OPTIONS``: options separated by white space, any part of which may be in quotes; nothing is escaped."""

import re
import shlex
from collections.abc import Iterable, Sequence

NEEDS_QUOTES = re.compile(r"[\s'\"]")
PROXY = re.compile(r"-Dhttps?\.(?:proxyHost|proxyPort|nonProxyHosts)=")


def split(text: str) -> list[str]:
    """Return the options, without their quotes. Raises ValueError for a quote that is not closed."""
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace_split, lexer.commenters, lexer.escape = True, "", ""
    return list(lexer)


def join(options: Iterable[str]) -> str:
    """Return the text of options: with quotes where Java needs them, such as for a path that has a space."""
    return " ".join(shlex.quote(option) if NEEDS_QUOTES.search(option) else option for option in options)


def without_proxies(options: Sequence[str]) -> list[str]:
    """Return the options that choose no proxy."""
    return [option for option in options if not PROXY.match(option)]


def value(options: Sequence[str], name: str) -> str | None:
    """Return the value of a system property; of several, Java uses the last. None without it."""
    start = f"-D{name}="
    return next((option.removeprefix(start) for option in reversed(options) if option.startswith(start)), None)
