"""Ids: generated from a seed, distinct, and reproducible."""

import re
from itertools import product
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.core.ids import (
    DIGITS,
    DRAWN_MAX,
    HEX,
    LETTERS,
    LOWER,
    Ids,
    _text_walk,
    nth_text,
    nth_uuid,
    secret,
    uuid_of,
)

UUID_4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

seeds = st.integers(-(2**63), 2**63 - 1)
kinds = st.text(max_size=20)
alphabets = st.sampled_from([DIGITS, HEX, LOWER, LETTERS])


@settings(max_examples=60)
@given(seeds, kinds, st.text(min_size=1, max_size=6).map(lambda text: "".join(sorted(set(text)))), st.integers(0, 4))
def test_all_ids_are_drawn_before_one_repeats(seed: int, kind: str, alphabet: str, length: int) -> None:
    """The ids of a kind go through every text of their form before the first one is repeated."""
    ids = Ids(seed)
    every = {"".join(characters) for characters in product(alphabet, repeat=length)}
    drawn = [ids.text(kind, alphabet, length) for _ in every]
    assert set(drawn) == every
    assert ids.text(kind, alphabet, length) == drawn[0]


@given(seeds, kinds, alphabets)
def test_long_ids_do_not_repeat(seed: int, kind: str, alphabet: str) -> None:
    """Ids as long as vendors use are distinct, and have the given length and alphabet."""
    ids = Ids(seed)
    drawn = [ids.text(kind, alphabet, 12) for _ in range(200)]
    assert len(set(drawn)) == 200
    assert all(len(text) == 12 and set(text) <= set(alphabet) for text in drawn)


@given(seeds, kinds)
def test_a_uuid_has_the_form_of_version_4(seed: int, kind: str) -> None:
    """UUIDs are distinct, lower case, and marked as version 4 (RFC 9562)."""
    ids = Ids(seed)
    drawn = [ids.uuid(kind) for _ in range(100)]
    assert len(set(drawn)) == 100
    assert all(UUID_4.fullmatch(text) and UUID(text).version == 4 for text in drawn)


@given(seeds, st.lists(st.sampled_from(["cnaught.order", "thallo.retirement", "dcycle.file"]), max_size=30))
def test_the_same_seed_gives_the_same_ids(seed: int, kinds: list[str]) -> None:
    """The n-th id of a kind depends only on seed, kind and n, not on other kinds drawn in between."""
    ids, others = Ids(seed), Ids(seed)
    drawn = [(kind, ids.text(kind, LETTERS, 12), ids.uuid(f"{kind}.uuid")) for kind in kinds]
    for kind in sorted(set(kinds)):
        again = [(kind, others.text(kind, LETTERS, 12), others.uuid(f"{kind}.uuid")) for _ in range(kinds.count(kind))]
        assert again == [found for found in drawn if found[0] == kind]
    assert ids.drawn == others.drawn


@given(seeds, kinds, st.integers(0, 50))
def test_an_id_can_be_computed_ahead(seed: int, kind: str, n: int) -> None:
    """The n-th id can be computed without drawing it, and drawing can continue from any count."""
    ids = Ids(seed, {kind: n, f"{kind}.uuid": n})
    assert (ids.text(kind, LOWER, 8), ids.uuid(f"{kind}.uuid")) == (
        nth_text(seed, kind, n, LOWER, 8),
        nth_uuid(seed, f"{kind}.uuid", n),
    )
    assert ids.drawn == {kind: n + 1, f"{kind}.uuid": n + 1}


@given(seeds, seeds, kinds, kinds)
def test_other_seeds_and_kinds_give_other_ids(seed: int, other_seed: int, kind: str, other_kind: str) -> None:
    """Different seeds and kinds give different ids."""
    first = {(s, k): nth_uuid(s, k, 0) for s in (seed, other_seed) for k in (kind, other_kind)}
    assert len(set(first.values())) == len(first)


@given(st.lists(st.text(), unique=True, min_size=2))
def test_a_name_gives_one_uuid(names: list[str]) -> None:
    """A name always gives the same UUID, another name another one, and each has the form of version 4."""
    found = [uuid_of(name) for name in names]
    assert found == [uuid_of(name) for name in names]
    assert len(set(found)) == len(names)
    assert all(map(UUID_4.fullmatch, found))


def test_a_count_stays_within_64_bits() -> None:
    """A count at its maximum starts again at zero, so that the space's snapshot can be restored."""
    ids = Ids(0, {"a": DRAWN_MAX - 1})
    ids.text("a", HEX, 32)
    assert ids.drawn == {"a": 0}


@given(alphabets, st.integers(1, 33), st.integers(0, 2**64))
def test_an_id_is_a_number_with_its_lowest_digit_first(alphabet: str, length: int, n: int) -> None:
    """Whatever way is taken for an alphabet, an identifier is a number in the digits of that alphabet."""
    step, start, size = _text_walk(0, "kind", len(alphabet), length)
    value = (start + n * step) % size
    digits = [alphabet[value // len(alphabet) ** place % len(alphabet)] for place in range(length)]
    assert nth_text(0, "kind", n, alphabet, length) == "".join(digits)


def test_ids_are_the_same_in_every_release() -> None:
    """A seed gives the same ids in every release; snapshots and users' tests rely on it."""
    assert [nth_text(7, "a kind", n, LOWER, 8) for n in range(3)] == ["x5beup95", "ma07fg8e", "bfpzz67n"]
    assert nth_uuid(7, "a kind", 1) == "185e82a4-435b-4659-a112-29c18decac3e"
    assert uuid_of("a name") == "3e4add54-4ae9-4307-a3f3-d525ec3b0f6e"


def test_secrets_are_random() -> None:
    """A secret does not depend on a seed."""
    assert secret() != secret()
    assert len(secret()) >= 32
