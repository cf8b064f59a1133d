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
"""How many indexes share one sum. Their single amounts are not kept, since the caller can compute them."""

BLOCKS_MAX = 1 << 40
ZERO = Decimal(0)


class Sums:
    """Amounts at the indexes 0, 1, 2... of a list, summed by blocks of indexes.

    Amounts usually arrive at the end, so each kind has a column of running sums, one for each block up to the last in
    which it has an amount, and the sum of a stretch is the difference of two of these. An amount that arrives further
    up, or is subtracted, becomes a correction: node n holds the corrections of the last n & -n blocks up to the n-th
    (Fenwick, "A new data structure for cumulative frequency tables", 1994).
    """

    def __init__(self) -> None:
        self._columns: dict[Kind, list[Decimal]] = {}
        self._corrections: dict[int, dict[Kind, Decimal]] = {}

    def change(self, place: int, by: Amounts) -> None:
        """Add amounts, which may be negative, at an index."""
        block = place // BLOCK
        for kind, amount in by.items():
            column = self._columns.setdefault(kind, [])
            new = block + 1 - len(column)
            if new < 0:
                self._correct(block, kind, amount)
            elif new > 0:
                so_far = column[-1] if column else ZERO
                column += [so_far] * (new - 1)
                column.append(EXACT.add(so_far, amount))
            else:
                column[-1] = EXACT.add(column[-1], amount)

    def total(self) -> dict[Kind, Decimal]:
        """Return the sum of everything."""
        return self.up_to(BLOCKS_MAX)

    def up_to(self, block: int) -> dict[Kind, Decimal]:
        """Return the sum of all blocks before this one."""
        if not block:
            return {}
        total = {
            kind: column[block - 1] if block <= len(column) else column[-1] for kind, column in self._columns.items()
        }
        while block and self._corrections:
            add_to(total, self._corrections.get(block, {}))
            block &= block - 1
        return total

    def _correct(self, block: int, kind: Kind, amount: Decimal) -> None:
        n = block + 1
        while n <= BLOCKS_MAX:
            add_to(self._corrections.setdefault(n, {}), {kind: amount})
            n += n & -n


def nearest_block(place: int) -> int:
    """Return the block that starts nearest to an index."""
    return (place + BLOCK // 2) // BLOCK


def add_to(total: dict[Kind, Decimal], amounts: Amounts) -> None:
    """Add amounts to a total."""
    for kind, amount in amounts.items():
        total[kind] = EXACT.add(total[kind], amount) if kind in total else amount


def subtract_from(total: dict[Kind, Decimal], amounts: Amounts) -> None:
    """Subtract amounts from a total."""
    for kind, amount in amounts.items():
        total[kind] = EXACT.subtract(total[kind], amount) if kind in total else amount.copy_negate()


def negative(amounts: Amounts) -> Amounts:
    """Return the same amounts with the opposite sign."""
    return {kind: amount.copy_negate() for kind, amount in amounts.items()}
