"""The bounded caches."""

from hypothesis import given
from hypothesis import strategies as st

from emulator.core.bounded_cache import BoundedCache, RepeatedCache


@given(st.lists(st.tuples(st.integers(0, 9), st.integers()), max_size=40), st.integers(1, 5))
def test_a_cache_stays_within_its_bound(steps: list[tuple[int, int]], count_max: int) -> None:
    """A cache returns what was last put under a key, or nothing, and never has more values than its bound."""
    cache, put = BoundedCache[int, int](count_max), dict[int, int]()
    for key, value in steps:
        assert cache.put(key, value) == cache[key] == value
        put[key] = value
        assert len(cache) <= count_max
        assert cache.items() <= put.items()


@given(st.lists(st.integers(0, 9), max_size=40), st.integers(1, 5))
def test_what_repeats(keys: list[int], count_max: int) -> None:
    """A key repeats from its second time on, unless as many others as the bound allows have come in between."""
    cache = RepeatedCache[int, int](count_max)
    since: dict[int, set[int]] = {}
    for key in keys:
        repeats, others = cache.repeats(key), since.get(key)
        if others is None:
            assert not repeats
        elif not others:
            assert repeats
        for between in since.values():
            between.add(key)
        since[key] = set()


def test_what_repeats_is_bounded() -> None:
    """Keys that never repeat leave no more than the bound behind."""
    cache = RepeatedCache[int, int](3)
    assert not any(cache.repeats(key) for key in range(100))
    assert len(cache) == 0
    assert len(cache._seen) <= 3
