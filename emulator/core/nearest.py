"""What somebody probably meant who gave a name that does not exist."""

from collections.abc import Iterable
from difflib import get_close_matches

NEAREST_MAX = 3
KNOWN_SHOWN_MAX = 30
CLOSE_CUTOFF = 0.6


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the nearest of the known names, or if none is near, all: ``nearest: cnaught``, ``known: a, b``."""
    names = list(dict.fromkeys(known))
    close = get_close_matches(name, names, n=NEAREST_MAX, cutoff=CLOSE_CUTOFF)
    if close:
        return f"nearest: {', '.join(close)}"
    more = f" and {len(names) - KNOWN_SHOWN_MAX} more" if len(names) > KNOWN_SHOWN_MAX else ""
    return f"known: {', '.join(names[:KNOWN_SHOWN_MAX]) or 'none'}{more}"
