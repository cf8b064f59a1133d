"""Counts in messages: ``1 request``, ``2 requests``."""


def plural(count: float, noun: str, nouns: str = "") -> str:
    """Return a count with its noun, which has ``nouns`` as its plural: by default an ``s`` more."""
    number = f"{count:g}" if isinstance(count, float) else str(count)
    return f"{number} {noun if count == 1 else nouns or f'{noun}s'}"
