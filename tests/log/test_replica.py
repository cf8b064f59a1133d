"""The protocol's core: what a node sends, applies and answers, without input or output."""

import pytest

from emulator.log.log import Append, Proposal, Stored
from emulator.log.replica import OutOfOrder, Replica, Waiting


def waiting(id: str, applied: bool = False) -> Waiting[str]:
    return Waiting(Proposal(id, 0, b""), id, applied)


def entries(*numbers_and_ids: tuple[int, str]) -> list[Stored]:
    return [Stored(number, 0, id, b"") for number, id in numbers_and_ids]


def sent(append: Append | None) -> list[str]:
    return [proposal.id for proposal in append.proposals] if append else []


def applied(replica: Replica[str], *numbers_and_ids: tuple[int, str]) -> list[tuple[int, str | None]]:
    return [(stored.number, own and own.asker) for stored, own in replica.stored(entries(*numbers_and_ids))]


def test_one_append_is_on_its_way_at_a_time() -> None:
    """What is proposed while an append is on its way goes with the next one, in order."""
    replica: Replica[str] = Replica("a")
    replica.propose(waiting("x"))
    assert sent(replica.append()) == ["x"]
    replica.propose(waiting("y"))
    replica.propose(waiting("z"))
    assert replica.append() is None
    assert applied(replica, (1, "x")) == [(1, "x")]
    replica.answered()
    assert sent(replica.append()) == ["y", "z"]


def test_entries_of_others_are_applied_in_their_place() -> None:
    """Entries are applied by number; those of other nodes have no asker; known ones are skipped."""
    replica: Replica[str] = Replica("a", applied=1)
    replica.propose(waiting("x"))
    replica.append()
    assert applied(replica, (1, "old"), (2, "other"), (3, "x"), (4, "later")) == [(2, None), (3, "x"), (4, None)]
    assert replica.applied == 4


def test_a_gap_is_an_error() -> None:
    """Entries that do not follow each other are never applied."""
    replica: Replica[str] = Replica("a")
    with pytest.raises(OutOfOrder, match="entry 3 of space 'a' follows entry 1"):
        applied(replica, (1, "x"), (3, "z"))


def test_a_lost_answer_makes_the_same_proposals_go_again() -> None:
    """An append with an unknown outcome is sent again with the same ids, before later ones."""
    replica: Replica[str] = Replica("a")
    replica.propose(waiting("x"))
    replica.append()
    replica.propose(waiting("y"))
    replica.unknown()
    assert sent(replica.append()) == ["x", "y"]


def test_refused_changes_end_and_reads_stay() -> None:
    """Changes that were not stored are refused; reads, whose effects are there already, wait for the next append."""
    replica: Replica[str] = Replica("a")
    for each in (waiting("read", applied=True), waiting("x")):
        replica.propose(each)
    replica.append()
    replica.propose(waiting("y"))
    assert [each.asker for each in replica.refused()] == ["x"]
    assert sent(replica.append()) == ["read", "y"]


def test_reads_wait_for_changes_alone() -> None:
    """A read counts the changes that wait or are on their way, and not the reads that are to be stored."""
    replica: Replica[str] = Replica("a")
    assert replica.changes == 0
    replica.propose(waiting("read", applied=True))
    assert replica.changes == 0
    replica.propose(waiting("x"))
    assert replica.changes == 1
    replica.append()
    assert replica.changes == 1
    applied(replica, (1, "read"), (2, "x"))
    replica.answered()
    assert replica.changes == 0
    assert replica.idle


def test_a_read_waits_for_an_append_that_was_sent_after_it() -> None:
    """What is on its way may have missed what others have stored since; the next append cannot."""
    replica: Replica[str] = Replica("a")
    replica.propose(waiting("x"))
    replica.append()
    replica.catch_up("read")
    applied(replica, (1, "x"))
    assert replica.answered() == ([], [])
    assert replica.append() == Append("a", 1, [])
    applied(replica, (2, "other"))
    assert replica.answered() == (["read"], [])
    assert replica.idle


def test_a_proposal_that_was_stored_before_the_copy_was_loaded_has_no_result() -> None:
    """It is not in the answer, and it is not sent again."""
    replica: Replica[str] = Replica("a", applied=7)
    replica.propose(waiting("x"))
    replica.append()
    applied(replica, (8, "other"))
    _, before = replica.answered()
    assert [each.asker for each in before] == ["x"]
    assert replica.idle
    assert replica.changes == 0


def test_another_copy_takes_over_what_waits() -> None:
    """When a node loads a space again, the new copy sends what waited at the old one, in order and with its ids."""
    old: Replica[str] = Replica("a")
    new: Replica[str] = Replica("a", applied=5)
    old.propose(waiting("x"))
    old.append()
    old.propose(waiting("y"))
    old.catch_up("read")
    old.move_to(new)
    assert old.idle
    assert new.changes == 2
    assert sent(new.append()) == ["x", "y"]
    assert applied(new, (6, "x"), (7, "y")) == [(6, "x"), (7, "y")]
    assert new.answered() == (["read"], [])


def test_who_gives_up_gets_no_late_result() -> None:
    """What has expired is not sent again, and what has not still is."""
    replica: Replica[str] = Replica("a")
    for id in ("x", "y"):
        replica.propose(waiting(id))
    replica.append()
    replica.catch_up("read")
    readers, expired = replica.give_up(lambda each: each.asker == "x")
    assert (readers, [each.asker for each in expired]) == (["read"], ["x"])
    assert sent(replica.append()) == ["y"]
