"""What stretches of a long list add up to, in a time that does not grow with the list."""

from collections.abc import Mapping
from decimal import Context, Decimal
from typing import TypeAlias

Kind: TypeAlias = tuple[str, str]
"""A category, and a project of it."""

Amounts: TypeAlias = Mapping[Kind, Decimal]
"""Kilograms by category and project."""

BLOCK = 4
"""How many places share a sum: their single amounts are not kept, for whoever asks can work them out again."""

BLOCKS_MAX = 1 << 40

EXACT = Context(prec=1000)
"""Wide enough for doubles of any size: no sum is rounded, so what is taken away again leaves nothing behind."""


class Sums:
    """Amounts at the places 0, 1, 2... of a list, added up by blocks of places.

    As a rule an amount comes at the end. So there is the sum of all from the beginning to each block, and whoever asks
    for a stretch takes the one away from the other. What comes further up, or is taken back, is put down as a
    correction: in nodes, of which the n-th holds the corrections of the last n & -n blocks up to the n-th (Fenwick, "A
    new data structure for cumulative frequency tables", 1994).
    """

    def __init__(self) -> None:
        self._sums: list[dict[Kind, Decimal]] = []
        self._corrections: dict[int, dict[Kind, Decimal]] = {}

    def change(self, place: int, by: Amounts) -> None:
        """Put amounts, which may be below 0, to what is at a place already."""
        block, count = place // BLOCK, len(self._sums)
        if block < count - 1:
            return self._correct(block, by)
        if block >= count:
            so_far = self._sums[-1] if count else {}
            self._sums += [so_far] * (block - count)  # only the last one ever changes
            self._sums.append(dict(so_far))
        put(by, self._sums[-1])

    def between(self, start: int, end: int) -> dict[Kind, Decimal]:
        """What the blocks from ``start`` on and before ``end`` add up to; the end may come before the start."""
        total = self._up_to(end)
        put(negative(self._up_to(start)), total)
        return total

    def _correct(self, block: int, by: Amounts) -> None:
        n = block + 1
        while n <= BLOCKS_MAX:
            put(by, self._corrections.setdefault(n, {}))
            n += n & -n

    def _up_to(self, block: int) -> dict[Kind, Decimal]:
        """The sum of all blocks before this one."""
        n = min(block, len(self._sums))
        total = dict(self._sums[n - 1]) if n else {}
        while n and self._corrections:
            put(self._corrections.get(n, {}), total)
            n &= n - 1
        return total


def nearest_block(place: int) -> int:
    """The block that begins nearest to a place."""
    return (place + BLOCK // 2) // BLOCK


def put(amounts: Amounts, total: dict[Kind, Decimal]) -> None:
    """Put amounts to a total."""
    for kind, amount in amounts.items():
        total[kind] = EXACT.add(total[kind], amount) if kind in total else amount


def negative(amounts: Amounts) -> Amounts:
    return {kind: amount.copy_negate() for kind, amount in amounts.items()}
