"""Queries are parsed as the standard library parses them."""

from urllib.parse import parse_qsl

from hypothesis import example, given
from hypothesis import strategies as st

from emulator.web.reading import pairs


@given(st.text("ab=&+%2026é;", max_size=20))
@example("a=1&a=2&b")
@example("&&=&a==b&")
def test_a_query_has_the_pairs_that_the_standard_library_finds(query: str) -> None:
    """A query without escape sequences takes a shortcut, which finds the same pairs."""
    assert pairs(query) == parse_qsl(query, keep_blank_values=True)
