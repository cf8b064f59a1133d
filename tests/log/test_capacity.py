"""The capacity model: its arithmetic, and that the documentation shows what it computes."""

import pytest

from cluster import capacity
from cluster.capacity import Assumptions, Costs

COSTS = Costs(serve=500, follow=100, transaction=160, append=20, fetch=10, load=50, space_bytes=100_000)  # microseconds
ASSUMED = Assumptions(database_cores=2, databases=1, waiting=16, node_bytes=1e9, records=1000, entries=2000)


@pytest.mark.parametrize(
    ("nodes", "sticky", "expected"), [(1, True, 2000), (1, False, 2000), (10, True, 20_000), (10, False, 10 / 1400e-6)]
)
def test_nodes_answer_as_many_requests_as_their_cores_can(nodes: int, sticky: bool, expected: float) -> None:
    """Each answers its share; without stickiness, it also applies what the others answer."""
    assert capacity.nodes_rate(COSTS, nodes, sticky) == pytest.approx(expected)


def test_nodes_that_all_apply_everything_stop_at_what_one_can_apply() -> None:
    """However many they are, they never answer more than one of them can follow."""
    rates = [capacity.nodes_rate(COSTS, nodes, sticky=False) for nodes in (1, 10, 100, 10_000)]
    assert rates == sorted(rates)
    assert 9_900 < rates[-1] < 1 / 100e-6


@pytest.mark.parametrize(("nodes", "sticky", "expected"), [(1, True, 30), (5, True, 30), (5, False, 30 + 4 * 10)])
def test_the_database_stores_and_sends_every_entry(nodes: int, sticky: bool, expected: float) -> None:
    """An entry costs its share of an append, itself, and what it costs to send it to the other nodes."""
    assert capacity.database_rate(COSTS, ASSUMED, nodes, sticky) == pytest.approx(2 / (expected * 1e-6))


def test_the_smaller_rate_is_the_limit() -> None:
    """The nodes are the limit first, then the database; more databases move that."""
    assert capacity.rate(COSTS, ASSUMED, 10, sticky=True) == (pytest.approx(20_000), "nodes")
    assert capacity.rate(COSTS, ASSUMED, 100, sticky=True) == (pytest.approx(2 / 30e-6), "database")
    assert capacity.nodes_at_the_limit(COSTS, ASSUMED, sticky=True) == 34
    assert capacity.nodes_at_the_limit(COSTS, Assumptions(database_cores=2, databases=3), sticky=True) == 101
    assert capacity.nodes_at_the_limit(COSTS, Assumptions(database_cores=10**6), sticky=True) == 1001


def test_spaces_and_recovery_follow_from_memory_and_loading() -> None:
    """Sticky nodes share the spaces; without stickiness, each has all. The others load the spaces of one that ended."""
    assert [capacity.spaces(COSTS, ASSUMED, 5, sticky) for sticky in (True, False)] == [50_000, 10_000]
    assert capacity.load_seconds(COSTS, ASSUMED) == pytest.approx(0.25)
    assert capacity.recovery_seconds(COSTS, ASSUMED, 1, 100) == pytest.approx(25)
    assert capacity.recovery_seconds(COSTS, ASSUMED, 5, 100) == pytest.approx(100 / 5 * 0.25 / 4)


def test_the_page_and_the_picture_are_current() -> None:
    """They show what the model computes from the costs that were measured last."""
    costs, text = capacity.read_costs(), capacity.PAGE.read_text()
    assert capacity.page(text, costs, Assumptions()) == text, "run: python -m cluster.capacity"
    assert capacity.picture(costs, Assumptions()) == capacity.PICTURE.read_text(), "run: python -m cluster.capacity"
