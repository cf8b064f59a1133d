"""The story of a space that a scenario has filled: what to look at, step by step."""

from collections.abc import Mapping
from typing import Any

from msgspec import field

from emulator.core.struct import Struct


class Link(Struct, frozen=True):
    """A page to open: its title, and its path in the space."""

    title: str
    path: str


class Action(Struct, frozen=True):
    """A request to send to the control API or a vendor: the title of its button, and the request."""

    title: str
    method: str
    path: str
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Step(Struct, frozen=True):
    """One step. ``view`` is the part of the dashboard that shows it, ``filter`` what to filter there."""

    title: str
    text: str
    view: str = "overview"
    filter: Mapping[str, str] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    actions: tuple[Action, ...] = ()


class Story(Struct):
    """The scenario that filled a space, its steps, and how many rounds of activity followed."""

    scenario: str
    title: str
    summary: str
    steps: tuple[Step, ...]
    facts: Mapping[str, str]
    rounds: int = 0
