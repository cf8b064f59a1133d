"""Queries are parsed as the standard library parses them."""

from urllib.parse import parse_qsl

from hypothesis import example, given
from hypothesis import strategies as st

from emulator.web.reading import _parameters, pairs


@given(st.text("ab=&+%2026é;", max_size=20))
@example("a=1&a=2&b")
@example("&&=&a==b&")
def test_a_query_has_the_pairs_that_the_standard_library_finds(query: str) -> None:
    """A query without escape sequences takes a shortcut, which finds the same pairs."""
    assert pairs(query) == parse_qsl(query, keep_blank_values=True)


@given(st.text("ab=&", max_size=20), st.sampled_from([None, (), ("a",), ("a", "b", "c")]))
def test_repeated_parameters_are_lists(query: str, repeated: tuple[str, ...] | None) -> None:
    """A repeated parameter has the list of its values, any other its last one, in the order of their first ones."""
    sent = pairs(query)
    found = _parameters(query, repeated)
    for name, value in found.items():
        values = [other for each, other in sent if each == name]
        assert value == (values if repeated is None or name in repeated else values[-1])
    assert [*found] == [*dict(sent)]
