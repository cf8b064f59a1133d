"""Sums over stretches of a long list, in a time that does not grow with the list."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import TypeAlias

from emulator.providers.cnaught.backend.amounts import EXACT

Kind: TypeAlias = tuple[str, str]
"""What is summed: the amounts of one kind."""

Amounts: TypeAlias = Mapping[Kind, Decimal]
"""Kilograms by kind."""

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

    def add(self, place: int, amounts: Sequence[Amounts]) -> None:
        """Add amounts, which may be negative, at consecutive indexes from one on."""
        for kind in set[Kind]().union(*amounts):
            self._add(kind, place, [each.get(kind, ZERO) for each in amounts])

    def _add(self, kind: Kind, place: int, amounts: Sequence[Decimal]) -> None:
        column = self._columns.setdefault(kind, [])
        before_last = max(0, (len(column) - 1) * BLOCK - place)
        for index, amount in enumerate(amounts[:before_last], start=place):
            self._correct(index // BLOCK, kind, amount)
        if before_last < len(amounts):
            _extend(column, place + before_last, amounts[before_last:])

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


def _extend(column: list[Decimal], place: int, amounts: Sequence[Decimal]) -> None:
    """Add amounts at consecutive indexes to a column's last block, and behind it."""
    block, count = place // BLOCK, len(amounts)
    so_far = column[-1] if column else ZERO
    running = [*accumulate(amounts, EXACT.add, initial=so_far)]
    column += [so_far] * (block - len(column))
    column[block:] = [running[min(end, count)] for end in range(BLOCK - place % BLOCK, count + BLOCK, BLOCK)]


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
