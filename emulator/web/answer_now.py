"""An addition to ASGI: an application that answers whole requests at once. Messages would take a quarter of the time.

It has a method ``answer_now(scope, body)``, besides being an ASGI application. A server calls it when a request has
arrived whole. If the reply may have to wait, the method returns None and has changed nothing, not even the scope; the
server then runs the application as usual. Otherwise the scope is the method's own.
"""

from collections.abc import Callable
from typing import TypeAlias

from starlette.types import ASGIApp, Scope

from emulator.web.headers import RawHeaders

Reply: TypeAlias = tuple[int, RawHeaders, bytes]
"""A whole reply: its status, headers and body."""

AnswerNow: TypeAlias = Callable[[Scope, bytes], Reply | None]
"""Answers a request, given its scope and body; returns None if the reply may have to wait."""


def answer_now(app: ASGIApp) -> AnswerNow | None:
    """Return an application's method ``answer_now``; None if it has none."""
    return getattr(app, "answer_now", None)
