"""Find and mask the secrets of requests and replies, of whichever vendor.

A secret is known by its name, in a header, a query, a form or a JSON document; and then by its value, wherever else in
the exchange it appears, such as in an error that repeats the request.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

from emulator.core.exact_json import decimal

REDACTED = "***"

SECRET_MEMBERS = frozenset(
    {"password", "access", "refresh", "api_key", "apikey", "access_token", "refresh_token", "client_secret"}
    | {"x_api_key", "token", "secret", "passwd", "authorization"}
)
"""The names of secret JSON members, parameters and form fields, in lower case and with underscores. Longer names that
end like one of them, such as ``clientSecret`` and ``session-token``, are secret as well."""

_SECRET_ENDS = (
    *("password", "passwd", "passphrase", "secret", "token", "credentials?", "authorization"),
    *(f"{kind}[_-]?key" for kind in ("api", "access", "private", "secret")),
)
_SECRET_NAME = re.compile(rf"(?:.*_)?(?:{'|'.join(_SECRET_ENDS)})", re.DOTALL)
_HUMP = re.compile("(?<=[a-z0-9])(?=[A-Z])")

SECRET_TEXT = re.compile(
    rf"""(\b(?:{"|".join(sorted(SECRET_MEMBERS))}|[\w-]{{0,40}}(?:{"|".join(_SECRET_ENDS)}))\b\\?["']?\s*[:=]\s*)"""
    r"""("(?:[^"\\]|\\.)*"?|\\"(?:[^"\\]|\\[^"])*\\?"?|[^&\s]+)""",
    re.DOTALL | re.IGNORECASE,
)
"""A secret member in text that is not JSON: a form, malformed JSON, or JSON within a JSON string."""

TELLING_CHARACTERS_MIN = 8
"""A secret of this length is masked wherever it appears; a shorter text may be part of something else."""

SECRET_NAME_CHARACTERS_MAX = 128
"""A longer name is no secret's: it is data."""

REMEMBERED_CHARACTERS_MAX = 256
"""Most requests to a vendor have the same few keys. Finding all forms of one costs more than searching for them."""

FEW = 32
SHORT_CHARACTERS_MAX = 64 * 1024
"""Searching a text for each of a few secrets is quicker than looking up all its parts, but not for each of many."""

_SECRET_MARKS = tuple(b"passw passphrase secret token key credential authorization access refresh \\u".split())
"""What each name of a secret member has, and the begin of an escape sequence, which may spell one."""
_SECRET_HEADER = re.compile(rb"auth|key|token|secret|passw|cookie|credential", re.IGNORECASE)
_NO_SECRET_HEADER = re.compile(
    rb".*idempotency.*|sec-websocket-key|authority|(www|proxy)-authenticate|(proxy-)?authentication-info", re.IGNORECASE
)
_CREDENTIAL_HEADERS = ("authorization", "x-api-key", "x-auth-token", "cookie")
_NAME_CHARACTERS_MAX = 40
"""A longer name is no misspelling of these."""

_NO_SCHEME = re.compile(rb"key|token|secret|passw|cookie|credential", re.IGNORECASE)
"""Other secret headers than these may have a scheme before the secret: ``Bearer``."""

_SCHEME = re.compile(r"[^ \t]+[ \t]+(?=[^ \t])")
_JSON_VALUE = re.compile(r"""("(?:[^"\\]|\\.)*")(\s*:)?|-?[0-9][0-9.eE+-]*""", re.DOTALL)
"""A text or a number of a JSON document; with a colon behind it, a text is the name of a member."""

_ESCAPED_CHARACTER = re.compile("%[0-9A-F]{2}")

DIGITS = re.compile("[1-9][0-9]*")

Hide = Callable[[str], str]


def is_secret_member(name: str) -> bool:
    """Return whether a member, parameter or field of this name is secret, however it is spelled."""
    if name in SECRET_MEMBERS:
        return True
    return len(name) <= SECRET_NAME_CHARACTERS_MAX and _is_secret_name(name)


@lru_cache(maxsize=4096)
def _is_secret_name(name: str) -> bool:
    plain = _HUMP.sub("_", name).lower().replace("-", "_")
    return plain in SECRET_MEMBERS or bool(_SECRET_NAME.fullmatch(plain))


def may_hold_secret(raw: bytes) -> bool:
    """Return whether a body can hold a secret member: a quick check that spares most bodies from being parsed."""
    lower = raw.lower()
    return any(mark in lower for mark in _SECRET_MARKS)


def hide_in_header(name: bytes, value: str, hide: Hide) -> str:
    """Return a header's value; if the header is secret, with its secret hidden. A scheme before it stays."""
    if not value.strip() or not _is_secret_header(name.lower()):
        return value
    found = None if _NO_SCHEME.search(name) else _SCHEME.match(value)
    scheme = found[0] if found else ""
    secret = value[len(scheme) :].rstrip(" \t")
    return f"{scheme}{hide(secret)}{value[len(scheme) + len(secret) :]}"


@lru_cache(maxsize=4096)
def _is_secret_header(name: bytes) -> bool:
    """Return whether a header is secret: by its name, or by a name that it is a misspelling of."""
    if _NO_SECRET_HEADER.fullmatch(name):
        return False
    if _SECRET_HEADER.search(name):
        return True
    text = name.decode("latin-1").replace("_", "-")
    return len(text) <= _NAME_CHARACTERS_MAX and bool(get_close_matches(text, _CREDENTIAL_HEADERS, n=1, cutoff=0.75))


def hide_in_query(query: str, hide: Hide) -> str:
    """Return a query with the values of its secret parameters hidden."""
    return "&".join(_hide_in_parameter(parameter, hide) for parameter in query.split("&"))


def hide_in_text(text: str, hide: Hide) -> str:
    """Return a text that is not JSON with the values of its secret members hidden; quotation marks stay."""
    return SECRET_TEXT.sub(lambda found: _hide_in_member(found, hide), text)


def secret_members(content: Any) -> Iterator[tuple[str, Any]]:
    """Yield the name and value of each secret member of a JSON document, at any depth.

    A member whose value another member of the same object shows anyway is not secret.
    """
    below = [content]
    while below:
        found = below.pop()
        if isinstance(found, dict):
            yield from own_secrets(found).items()
        below += found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()


def own_secrets(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the secret members of an object: by their names, unless another member shows the same value."""
    secret = {name: value for name, value in members.items() if is_secret_member(name)}
    if not secret:
        return secret
    shown = {value for name, value in members.items() if name not in secret and not isinstance(value, dict | list)}
    return {name: value for name, value in secret.items() if isinstance(value, dict | list) or value not in shown}


def hide_in_json(text: str, content: Any, hide: Hide) -> str:
    """Return the text of a JSON document with its secret values hidden; all else stays as it was written."""
    secret = {_scalar_key(value) for _, member in secret_members(content) for value in _scalars(member)}

    def replace(found: re.Match[str]) -> str:
        value = json.loads(found[1]) if found[1] else Decimal(found[0])
        if found[2] or _scalar_key(value) not in secret:
            return found[0]
        return f'"{hide(value)}"' if isinstance(value, str) else hide(as_digits(found[0]))

    return _JSON_VALUE.sub(replace, text)


class Mask:
    """Replace known secrets by ``hide(secret)`` wherever they appear in a text, in each form in which text holds them.

    Secrets shorter than TELLING_CHARACTERS_MIN are left to their names.
    """

    def __init__(self, hide: Hide, secrets: Iterable[str] = ()) -> None:
        self._hide = hide
        self._forms: dict[str, str] = {}
        self._by_tail: dict[str, list[str]] = {}
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Hide a secret from now on."""
        if len(secret) >= TELLING_CHARACTERS_MIN:
            forms = _remembered_forms if len(secret) <= REMEMBERED_CHARACTERS_MAX else _forms
            for form in forms(secret) - self._forms.keys():
                self._forms[form] = secret
                self._by_tail.setdefault(form[-TELLING_CHARACTERS_MIN:], []).append(form)

    def text(self, text: str) -> str:
        """Return a text with the known secrets hidden."""
        found = [form for form in self._candidates(text) if form in text]
        if not found:
            return text
        pattern = "|".join(map(re.escape, sorted(found, key=len, reverse=True)))
        return re.sub(pattern, lambda form: self._hide(self._forms[form[0]]), text)

    def _candidates(self, text: str) -> Iterable[str]:
        """Return the forms that may be in a text: of many, those whose last characters are in it."""
        if len(self._forms) <= FEW or len(text) > SHORT_CHARACTERS_MAX:
            return self._forms
        tails = {text[start : start + TELLING_CHARACTERS_MIN] for start in range(len(text))}
        return [form for tail in tails & self._by_tail.keys() for form in self._by_tail[tail]]


def _scalars(value: Any) -> Iterator[Any]:
    """Yield the texts and numbers of a JSON value, at any depth."""
    below = [value]
    while below:
        found = below.pop()
        if isinstance(found, Mapping | list):
            below += found.values() if isinstance(found, Mapping) else found
        elif found != "" and not isinstance(found, bool | None):
            yield found


def _scalar_key(value: Any) -> tuple[bool, Any]:
    """Return what makes two JSON values the same secret: "1" is not 1, but 1 is 1.0."""
    return isinstance(value, str), value if isinstance(value, str) else decimal(value)


def as_digits(number: str) -> str:
    """Return a number as digits without a leading 0, so that other digits can replace it."""
    return number if DIGITS.fullmatch(number) else "1" + re.sub("[^0-9]", "", number)


def _forms(secret: str) -> frozenset[str]:
    """Return the forms of a secret: as it is, within a JSON string, and within a URL."""
    encodable = secret.encode("utf-8", "surrogatepass")
    in_urls = {quote(encodable), quote(encodable, safe=""), quote_plus(encodable)}
    in_urls |= {_ESCAPED_CHARACTER.sub(lambda found: found[0].lower(), form) for form in in_urls}
    return frozenset({secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]} | in_urls)


_remembered_forms = lru_cache(maxsize=256)(_forms)


def _hide_in_parameter(parameter: str, hide: Hide) -> str:
    name, _, value = parameter.partition("=")
    return f"{name}={hide(value)}" if value and is_secret_member(unquote_plus(name)) else parameter


def _hide_in_member(found: re.Match[str], hide: Hide) -> str:
    """Hide a member's value. A JSON string is decoded first, so that its secret is the same as in JSON."""
    try:
        return f'{found[1]}"{hide(decoded)}"' if isinstance(decoded := json.loads(found[2]), str) else found[0]
    except ValueError:
        secret = found[2].removeprefix("\\").strip('"').removesuffix("\\")
        return f"{found[1]}{found[2].replace(secret, hide(secret))}" if secret else found[0]
