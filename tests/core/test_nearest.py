"""The known name that is closest to an unknown one."""

from difflib import SequenceMatcher

from hypothesis import given
from hypothesis import strategies as st

from emulator.core.nearest import closest

names = st.text("abc/", max_size=6)


@given(names, st.lists(names, min_size=1, max_size=8))
def test_the_closest_name_is_the_first_most_similar_one(name: str, known: list[str]) -> None:
    """Skipping names that cannot be closest does not change the result."""
    assert closest(name, known) == max(known, key=lambda other: SequenceMatcher(None, other, name).ratio())
