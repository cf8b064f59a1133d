"""The bounded cache."""

from hypothesis import given
from hypothesis import strategies as st

from emulator.core.bounded_cache import BoundedCache


@given(st.lists(st.tuples(st.integers(0, 9), st.integers()), max_size=40), st.integers(1, 5))
def test_a_cache_stays_within_its_bound(steps: list[tuple[int, int]], count_max: int) -> None:
    """A cache returns what was last put under a key, or nothing, and never has more values than its bound."""
    cache, put = BoundedCache[int, int](count_max), dict[int, int]()
    for key, value in steps:
        assert cache.put(key, value) == cache[key] == value
        put[key] = value
        assert len(cache) <= count_max
        assert cache.items() <= put.items()
