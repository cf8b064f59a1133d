"""Find the known name that is closest to an unknown one."""

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

NEAREST_MAX = 3
KNOWN_SHOWN_MAX = 30
CLOSE_CUTOFF = 0.6


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the nearest of the known names, or all of them if none is near: ``nearest: cnaught``, ``known: a, b``."""
    names = list(dict.fromkeys(known))
    close = get_close_matches(name, names, n=NEAREST_MAX, cutoff=CLOSE_CUTOFF)
    if close:
        return f"nearest: {', '.join(close)}"
    more = f" and {len(names) - KNOWN_SHOWN_MAX} more" if len(names) > KNOWN_SHOWN_MAX else ""
    return f"known: {', '.join(names[:KNOWN_SHOWN_MAX]) or 'none'}{more}"


def similar(name: str, known: Iterable[str]) -> list[str]:
    """Return the few known names that are most like another one, however little, the closest first."""
    return get_close_matches(name, list(known), n=NEAREST_MAX, cutoff=0.0)


def closest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is most like another one, however little; there must be one.

    Comparing two names in full takes longest, so candidates come in the order of the most that each can score, until no
    other one can win.
    """
    matcher = SequenceMatcher(None, b=name)
    bounds = []
    for position, candidate in enumerate(known):
        matcher.set_seq1(candidate)
        bounds.append((-matcher.quick_ratio(), position, candidate))
    best = (-1.0, 0, "")
    for bound, position, candidate in sorted(bounds):
        if -bound < best[0]:
            break
        matcher.set_seq1(candidate)
        best = max(best, (matcher.ratio(), -position, candidate))
    return best[2]
