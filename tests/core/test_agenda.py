"""The agenda: what becomes due, in the order of time."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.core.agenda import Agenda

START = datetime(2026, 1, 1, tzinfo=UTC)
seconds = st.integers(0, 5)
steps = st.lists(st.tuples(st.sampled_from(["add", "between", "forget"]), seconds, seconds), max_size=25)


@settings(max_examples=60)
@given(steps)
def test_an_agenda_is_a_sorted_list(steps: list[tuple[str, int, int]]) -> None:
    """Items come in the order of time, those of one time as they were added; each is forgotten once."""
    agenda = Agenda[int]()
    entries = list[tuple[datetime, int]]()
    for number, (action, first, second) in enumerate(steps):
        at, until = START + timedelta(seconds=first), START + timedelta(seconds=second)
        due = [entry for entry in entries if entry[0] <= at]
        if action == "add":
            agenda.add(at, number)
            entries = sorted([*entries, (at, number)], key=lambda entry: entry[0])
        elif action == "between":
            assert agenda.between(at, until) == [entry for entry in entries if at < entry[0] <= until]
        elif action == "forget":
            assert agenda.forget(at) == due
            entries = entries[len(due) :]


def test_forgotten_items_leave_no_memory() -> None:
    """However many items have come and gone, the agenda keeps at most as many forgotten ones as waiting ones."""
    agenda = Agenda[int]()
    for number in range(5000):
        now = START + timedelta(seconds=number)
        agenda.add(now + timedelta(seconds=10), number)
        agenda.forget(now)
    assert len(agenda._items) <= 2 * 10 + 2
