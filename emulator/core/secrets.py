"""What is secret in a request or a reply, of whichever vendor."""

import re
from collections.abc import Callable

REDACTED = "***"
SECRET_HEADERS = frozenset({b"authorization", b"x-api-key", b"cookie", b"proxy-authorization"})
WITH_SCHEME = frozenset({b"authorization", b"proxy-authorization"})
SECRET_MEMBERS = frozenset({"password", "access", "refresh", "api_key", "access_token"})
SECRET_TEXT = re.compile(
    rf"""(\b(?:{"|".join(sorted(SECRET_MEMBERS))})\b["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"?|[^&\s]+)""", re.DOTALL
)
"""A secret member in text that is no JSON: in a form, or in JSON that went wrong."""

_SCHEME = re.compile(r"[^ \t]+[ \t]+(?=[^ \t])")


def hide_in_header(name: bytes, value: str, hide: Callable[[str], str]) -> str:
    """A header, of a secret one with its secret hidden; a scheme before it may be seen."""
    if name not in SECRET_HEADERS or not value.strip():
        return value
    found = _SCHEME.match(value) if name in WITH_SCHEME else None
    scheme = found[0] if found else ""
    secret = value[len(scheme) :].rstrip(" \t")
    return f"{scheme}{hide(secret)}{value[len(scheme) + len(secret) :]}"
