"""Checksums of replies, as proposals carry them."""

from hypothesis import given
from hypothesis import strategies as st

from emulator.log.checks import Checks, unpack


@given(st.lists(st.tuples(st.integers(1, 3), st.booleans())))
def test_every_checksum_is_that_of_its_entry(steps: list[tuple[int, bool]]) -> None:
    """Whatever is added and taken, with gaps or without: what is unpacked are checksums of the entries they name."""
    checks, number, taken = Checks(), 0, b""
    for step, take in steps:
        number += step
        checks.add(number, number * 7)
        if take:
            taken = checks.take()
            assert dict(unpack(taken))[number] == number * 7
        assert all(check == entry * 7 for entry, check in unpack(taken))
