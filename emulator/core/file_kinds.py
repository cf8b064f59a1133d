"""Recognize the files that the emulator writes, for an error about one in place of another."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["bundle", "snapshot", "fixture", "recording"]


class _Form(NamedTuple):
    """How a kind of file is recognized, and the command that it is for."""

    members: frozenset[str]
    command: str


_FORMS: Mapping[Kind, _Form] = {
    "bundle": _Form(frozenset({"origin", "requests"}), "replay FILE"),
    "snapshot": _Form(frozenset({"memory", "outbox"}), "snapshot load FILE"),
    "fixture": _Form(frozenset({"catalogue", "memory"}), "serve --fixtures DIRECTORY"),
    "recording": _Form(frozenset({"upstream", "began"}), "compare FILE"),
}


def other_kind(content: object, expected: Kind | None = None) -> str | None:
    """Return that a document is of another kind than expected, and what it is for; None if that is not known."""
    if isinstance(content, Mapping):
        for kind, form in _FORMS.items():
            if kind != expected and form.members <= content.keys():
                wanted = f", not a {expected}" if expected else ""
                return f"it is a {kind}{wanted}; use it with: carbon-emulator {form.command}"
    return None
