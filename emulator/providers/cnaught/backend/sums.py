"""Sums over stretches of a long list, in a time that does not grow with the list."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeAlias

from emulator.providers.cnaught.backend.amounts import EXACT

Kind: TypeAlias = tuple[str, str]
"""A category, and a project of it."""

Amounts: TypeAlias = Mapping[Kind, Decimal]
"""Kilograms by category and project."""

BLOCK = 8
"""How many places share one sum. Their single amounts are not kept, since the caller can compute them."""

BLOCKS_MAX = 1 << 40


class Sums:
    """Amounts at the places 0, 1, 2... of a list, summed by blocks of places.

    Amounts usually arrive at the end, so each block has the sum of everything up to it, and the sum of a stretch is the
    difference of two of these. An amount that arrives further up, or is subtracted, becomes a correction: node n holds
    the corrections of the last n & -n blocks up to the n-th (Fenwick, "A new data structure for cumulative frequency
    tables", 1994).
    """

    def __init__(self) -> None:
        self._sums: list[dict[Kind, Decimal]] = []
        self._corrections: dict[int, dict[Kind, Decimal]] = {}

    def change(self, place: int, by: Amounts) -> None:
        """Add amounts, which may be negative, at a place."""
        block, count = place // BLOCK, len(self._sums)
        if block < count - 1:
            return self._correct(block, by)
        if block >= count:
            so_far = self._sums[-1] if count else {}
            self._sums += [so_far] * (block - count)  # only the last one ever changes
            self._sums.append(dict(so_far))
        add_to(self._sums[-1], by)

    def total(self) -> dict[Kind, Decimal]:
        """Return the sum of everything."""
        return self.up_to(len(self._sums))

    def up_to(self, block: int) -> dict[Kind, Decimal]:
        """Return the sum of all blocks before this one."""
        n = min(block, len(self._sums))
        total = dict(self._sums[n - 1]) if n else {}
        while n and self._corrections:
            add_to(total, self._corrections.get(n, {}))
            n &= n - 1
        return total

    def _correct(self, block: int, by: Amounts) -> None:
        n = block + 1
        while n <= BLOCKS_MAX:
            add_to(self._corrections.setdefault(n, {}), by)
            n += n & -n


def nearest_block(place: int) -> int:
    """Return the block that starts nearest to a place."""
    return (place + BLOCK // 2) // BLOCK


def add_to(total: dict[Kind, Decimal], amounts: Amounts) -> None:
    """Add amounts to a total."""
    for kind, amount in amounts.items():
        total[kind] = EXACT.add(total[kind], amount) if kind in total else amount


def negative(amounts: Amounts) -> Amounts:
    """Return the same amounts with the opposite sign."""
    return {kind: amount.copy_negate() for kind, amount in amounts.items()}
