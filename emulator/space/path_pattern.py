"""Path patterns of faults: which route paths they can match."""

import re
from fnmatch import fnmatchcase

PIECES = re.compile(r"\*|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)
"""What a pattern is made of, as fnmatch reads it."""

PARAMETER = re.compile(r"\{[^}]*\}|.", re.DOTALL)
OTHER = "\ufffd"
"""Stands for every character that neither the pattern nor the route path names."""

Step = tuple[frozenset[str], bool]
"""Which characters may follow, and whether any number of them."""


def can_match(pattern: str, route_path: str) -> bool:
    """Tell whether some path of a route (``/v1/orders/{id}``) matches a pattern (``/v1/orders/*``)."""
    alphabet = frozenset([*pattern, *route_path, OTHER])
    ours, theirs = _pattern_steps(pattern, alphabet), _route_steps(route_path, alphabet)
    open_states, seen = [(0, 0)], {(0, 0)}
    while open_states:
        state = open_states.pop()
        if state == (len(ours), len(theirs)):
            return True
        following = _following(ours, theirs, *state) - seen
        seen |= following
        open_states += following
    return False


def _following(ours: list[Step], theirs: list[Step], i: int, j: int) -> set[tuple[int, int]]:
    """Return the states that can follow: one of both skips a repetition, or both take the same character."""
    states = set()
    if i < len(ours) and ours[i][1]:
        states.add((i + 1, j))
    if j < len(theirs) and theirs[j][1]:
        states.add((i, j + 1))
    if i < len(ours) and j < len(theirs) and not ours[i][0].isdisjoint(theirs[j][0]):
        states.add((i if ours[i][1] else i + 1, j if theirs[j][1] else j + 1))
    return states


def _pattern_steps(pattern: str, alphabet: frozenset[str]) -> list[Step]:
    pieces = PIECES.findall(pattern)
    return [(frozenset(char for char in alphabet if fnmatchcase(char, piece)), piece == "*") for piece in pieces]


def _route_steps(path: str, alphabet: frozenset[str]) -> list[Step]:
    """A parameter takes one or more characters other than a slash."""
    in_parameter = alphabet - {"/"}
    steps: list[Step] = []
    for piece in PARAMETER.findall(path):
        if len(piece) > 1:
            steps += [(in_parameter, False), (in_parameter, True)]
        else:
            steps.append((frozenset(piece), False))
    return steps
