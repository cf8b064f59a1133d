"""Path patterns of faults: which route paths they can match."""

import re
from fnmatch import fnmatchcase

PIECES = re.compile(r"\*|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)
"""The elements of a pattern, as fnmatch reads it."""

PARAMETER = re.compile(r"\{[^}]*\}|.", re.DOTALL)
OTHER = "\ufffd"
"""Represents all characters that neither the pattern nor the route path contains."""

Step = tuple[frozenset[str], bool]
"""Which characters may follow, and whether any number of them."""


def can_match(pattern: str, route_path: str) -> bool:
    """Return whether some path of a route (``/v1/orders/{id}``) matches a pattern (``/v1/orders/*``)."""
    alphabet = frozenset([*pattern, *route_path, OTHER])
    pattern_steps, route_steps = _pattern_steps(pattern, alphabet), _route_steps(route_path, alphabet)
    open_states, seen = [(0, 0)], {(0, 0)}
    while open_states:
        state = open_states.pop()
        if state == (len(pattern_steps), len(route_steps)):
            return True
        following = _following(pattern_steps, route_steps, *state) - seen
        seen |= following
        open_states += following
    return False


def _following(pattern_steps: list[Step], route_steps: list[Step], i: int, j: int) -> set[tuple[int, int]]:
    """Return the states that can follow: one of both skips a repetition, or both take the same character."""
    states = set()
    if i < len(pattern_steps) and pattern_steps[i][1]:
        states.add((i + 1, j))
    if j < len(route_steps) and route_steps[j][1]:
        states.add((i, j + 1))
    if i < len(pattern_steps) and j < len(route_steps) and not pattern_steps[i][0].isdisjoint(route_steps[j][0]):
        states.add((i if pattern_steps[i][1] else i + 1, j if route_steps[j][1] else j + 1))
    return states


def _pattern_steps(pattern: str, alphabet: frozenset[str]) -> list[Step]:
    pieces = PIECES.findall(pattern)
    return [(frozenset(char for char in alphabet if fnmatchcase(char, piece)), piece == "*") for piece in pieces]


def _route_steps(path: str, alphabet: frozenset[str]) -> list[Step]:
    """Return the steps of a route path.

    A parameter takes one or more characters, none of them a slash unless its name ends with ``:path``.
    """
    steps: list[Step] = []
    for piece in PARAMETER.findall(path):
        if len(piece) > 1:
            in_parameter = alphabet if piece.endswith(":path}") else alphabet - {"/"}
            steps += [(in_parameter, False), (in_parameter, True)]
        else:
            steps.append((frozenset(piece), False))
    return steps
