"""What stretches of a long list add up to, in a time that hardly grows with the list."""

from collections.abc import Mapping
from decimal import Context, Decimal
from typing import TypeAlias

Kind: TypeAlias = tuple[str, str]
"""A category, and a project of it."""

Amounts: TypeAlias = Mapping[Kind, Decimal]
"""Kilograms by category and project."""

BLOCK = 4
"""How many places share a node: their single amounts are not kept, for whoever asks can work them out again."""

EXACT = Context(prec=1000)
"""Wide enough for doubles of any size: no sum is rounded, so what is taken away again leaves nothing behind."""


class Sums:
    """Amounts at the places 0, 1, 2... of a list, added up by blocks of places.

    The n-th node, from 1 on, holds the sum of the last n & -n blocks up to the n-th (Fenwick, "A new data structure for
    cumulative frequency tables", 1994). So a sum, and a change, take a step or two a binary digit of n.
    """

    def __init__(self) -> None:
        self._nodes: list[dict[Kind, Decimal]] = []

    def change(self, place: int, by: Amounts) -> None:
        """Put amounts, which may be below 0, to what is at a place already."""
        n = place // BLOCK + 1
        while len(self._nodes) < n:
            self._nodes.append(self._new_node())
        while n <= len(self._nodes):
            put(by, self._nodes[n - 1])
            n += n & -n

    def between(self, start: int, end: int) -> dict[Kind, Decimal]:
        """What the blocks from ``start`` on and before ``end`` add up to."""
        total: dict[Kind, Decimal] = {}
        excess: dict[Kind, Decimal] = {}
        start, end = min(start, len(self._nodes)), min(end, len(self._nodes))
        while end > start:
            put(self._nodes[end - 1], total)
            end &= end - 1
        while start > end:
            put(self._nodes[start - 1], excess)
            start &= start - 1
        put(negative(excess), total)
        return total

    def _new_node(self) -> dict[Kind, Decimal]:
        """The next node, with what the nodes of its blocks hold so far."""
        total: dict[Kind, Decimal] = {}
        n = len(self._nodes)  # the last node before it, and its own last block is empty yet
        end = n & (n + 1)
        while n > end:
            put(self._nodes[n - 1], total)
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
