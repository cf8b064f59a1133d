"""Identifiers: random values that follow from a seed. The only module that uses randomness."""

from functools import lru_cache
from hashlib import blake2b
from math import gcd
from secrets import randbelow, token_urlsafe

DIGITS = "0123456789"
HEX = DIGITS + "abcdef"
LOWER = DIGITS + "abcdefghijklmnopqrstuvwxyz"
LETTERS = LOWER + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_NOTATIONS = {DIGITS: "d", HEX: "x"}
"""The alphabets whose texts Python writes as numbers."""

UUIDS = 1 << 122
"""How many UUIDs of version 4 there are."""

DRAWN_MAX = 2**63
"""Counts start again at 0 from here: snapshots write them as 64-bit numbers."""


class Ids:
    """A space's identifiers: the n-th one of a kind depends only on the seed, the kind and n.

    Each kind walks a permutation of all the values its form allows, so no value comes twice
    before all have come once. ``drawn`` counts, by kind, how many were given out.
    """

    def __init__(self, seed: int, drawn: dict[str, int] | None = None) -> None:
        self.seed = seed
        self.drawn = drawn or {}

    def text(self, kind: str, alphabet: str, length: int) -> str:
        """Return a new identifier of ``length`` characters of the alphabet."""
        return nth_text(self.seed, kind, self._next(kind), alphabet, length)

    def uuid(self, kind: str) -> str:
        """Return a new UUID in the form of version 4, lower case (RFC 9562, section 5.4)."""
        return nth_uuid(self.seed, kind, self._next(kind))

    def _next(self, kind: str) -> int:
        n = self.drawn.get(kind, 0)
        self.drawn[kind] = (n + 1) % DRAWN_MAX
        return n


def nth_text(seed: int, kind: str, n: int, alphabet: str, length: int) -> str:
    """Return the n-th identifier of a kind without drawing it."""
    step, start, size = _text_walk(seed, kind, len(alphabet), length)
    value = (start + n * step) % size
    if notation := _NOTATIONS.get(alphabet):
        return format(value, notation).zfill(length)[::-1]  # the same as the loop below, without its divisions
    base, text = len(alphabet), ""
    for _ in range(length):
        text += alphabet[value % base]
        value //= base
    return text


def nth_uuid(seed: int, kind: str, n: int) -> str:
    """Return the n-th UUID of a kind without drawing it."""
    step, start = _walk(seed, kind, UUIDS)
    return _in_form((start + n * step) % UUIDS)


def uuid_of(name: str) -> str:
    """Return the UUID in the form of version 4 that follows from a name alone, for parts of what has an id."""
    return _in_form(int.from_bytes(blake2b(name.encode(), digest_size=16).digest()) % UUIDS)


def _in_form(value: int) -> str:
    """Return a number below UUIDS as a UUID of version 4."""
    high, middle, low = value >> 74, (value >> 62) & 0xFFF, value & ((1 << 62) - 1)
    digits = f"{high << 80 | 0x4 << 76 | middle << 64 | 0b10 << 62 | low:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def generation() -> int:
    """Return a number that no other process returns, but for a chance of one in 2**53. Doubles hold it exactly."""
    return randbelow(2**53 - 1) + 1


def secret() -> str:
    """Return a token that cannot be guessed. Like a generation, it depends on no seed."""
    return token_urlsafe(24)


@lru_cache(maxsize=1024)
def _text_walk(seed: int, kind: str, radix: int, length: int) -> tuple[int, int, int]:
    """Return the walk of a kind of text, and how many texts there are."""
    size: int = radix**length
    return *_walk(seed, kind, size), size


@lru_cache(maxsize=1024)
def _walk(seed: int, kind: str, size: int) -> tuple[int, int]:
    """Return where a kind's walk through 0..size-1 starts, and its step, which is coprime to the size."""
    chance = blake2b(f"{seed}/{kind}".encode(), digest_size=64).digest()
    start = int.from_bytes(chance[:32]) % size
    step = int.from_bytes(chance[32:]) % size
    while gcd(step, size) != 1:
        step += 1
    return step, start
