"""What the settings of a server may be, wherever they are given: as options, in the environment or in Python."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from emulator.core.hosts import is_address

SEED_MIN, SEED_MAX = -(2**63), 2**63 - 1

NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?", re.ASCII)
VISIBLE = re.compile(r"[!-~]*", re.ASCII)
TOKEN = re.compile(r"([!-~]([ -~]*[!-~])?)?", re.ASCII)


def host(text: str) -> str:
    """Return a host as it is compared: lower case, no brackets, no final dot. Raises TypeError or ValueError."""
    if not isinstance(text, str):
        raise TypeError(f"a host is a string, not {text!r}")
    name = text.lower()
    if name.startswith("[") and name.endswith("]") and is_address(name[1:-1]):
        return name[1:-1]
    if is_address(name):
        return name
    if not NAME.fullmatch(name):
        raise ValueError(f"{text!r} is not a host: a name or an address, without scheme, port and path")
    return name.removesuffix(".")


def hosts(given: Iterable[str]) -> frozenset[str]:
    """Return hosts as they are compared. Raises TypeError, also for a single text, and ValueError."""
    if isinstance(given, str):
        raise TypeError(f"hosts are a list such as [{given!r}], not a string")
    return frozenset(map(host, given))


def url(text: str) -> str:
    """Return the URL of a server, without a slash at its end. Raises ValueError."""
    try:
        parts = urlsplit(text)
        host(parts.hostname or "")
        valid = parts.scheme in ("http", "https") and parts.port != 0 and not (parts.query or parts.fragment)
    except ValueError:
        valid = False
    if not valid or not VISIBLE.fullmatch(text):
        raise ValueError(f"{text!r} is not the URL of a server; example: http://127.0.0.1:4412")
    return text.rstrip("/")


def token(text: str) -> str:
    """Return a control token, which a header must be able to carry; it may be empty. Raises TypeError or ValueError."""
    if not isinstance(text, str):
        raise TypeError(f"a token is a string, not {text!r}")
    if not TOKEN.fullmatch(text):
        raise ValueError("a token is of ASCII characters that can be printed, without spaces at its ends")
    return text


def seed(number: int) -> int:
    """Return a seed. Raises TypeError or ValueError."""
    if type(number) is not int:
        raise TypeError(f"a seed is an integer, not {number!r}")
    if not SEED_MIN <= number <= SEED_MAX:
        raise ValueError(f"a seed is from {SEED_MIN} to {SEED_MAX}, not {number}")
    return number
