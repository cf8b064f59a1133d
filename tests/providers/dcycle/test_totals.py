"""Totals and fixtures below the wire: totals are exact for any amounts, and fixtures are checked before use."""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emulator.core.clock import Clock
from emulator.core.documents import BadDocument, Document
from emulator.core.ids import Ids
from emulator.providers.dcycle.backend import Dcycle
from emulator.providers.dcycle.backend.drafts import TotalsDraft
from emulator.providers.dcycle.backend.totals import DAYS_MAX, GroupBy, InMonth, Span, parts
from emulator.providers.dcycle.memory.catalogue import Catalogue, Key, Organization
from emulator.providers.dcycle.memory.emissions import SCOPES, Emission
from emulator.providers.dcycle.memory.fixture import Fixture, Memory

PARENT = "00000000-0000-4000-8000-000000000001"
CHILD = "00000000-0000-4000-8000-000000000002"
CATALOGUE = Catalogue((Key("key", PARENT),), (Organization(PARENT, "Parent", (Organization(CHILD, "Child"),)),))

days = st.dates(date(2024, 11, 1), date(2025, 3, 31))
periods = st.tuples(days, days).map(sorted)


@st.composite
def emissions(draw: st.DrawFn) -> Emission:
    first, last = draw(periods)
    return Emission(
        id="emission",
        organization_id=draw(st.sampled_from([PARENT, CHILD])),
        category=draw(st.sampled_from(sorted(SCOPES))),
        co2e_grams=draw(st.integers(0, 10**7)),
        first_day=first,
        last_day=last,
    )


@given(emissions())
def test_the_days_of_an_emission_add_up(emission: Emission) -> None:
    """Every day of an emission gets the same whole grams, or one more, and nothing is lost."""
    by_day = list(emission.grams_by_day())
    assert [day for day, _ in by_day] == [emission.first_day + timedelta(n) for n in range(emission.days)]
    assert sum(grams for _, grams in by_day) == emission.co2e_grams
    assert {grams - emission.co2e_grams // emission.days for _, grams in by_day} <= {0, 1}


@given(st.lists(emissions(), max_size=12), periods, st.booleans())
def test_totals_equal_a_count_of_every_day(found: list[Emission], period: list[date], children: bool) -> None:
    """Every grouping gives what counting each day of each emission gives."""
    memory = Memory({str(n): emission for n, emission in enumerate(found)})
    dcycle = Dcycle(CATALOGUE, memory, Clock(), Ids(0))
    counted = [
        (emission, day, grams)
        for emission in found
        for day, grams in emission.grams_by_day()
        if period[0] <= day <= period[1] and grams and (children or emission.organization_id == PARENT)
    ]

    def total(group_by: GroupBy) -> Mapping[Any, int]:
        return dcycle.total_impacts(CATALOGUE.trees[0], TotalsDraft(period[0], period[1], group_by, children))

    by_scope, by_category, by_month = dict[Any, int](), dict[Any, int](), dict[Any, int]()
    for emission, day, grams in counted:
        scope, month = (SCOPES[emission.category],), InMonth(day.year, day.month)
        by_scope[scope] = by_scope.get(scope, 0) + grams
        by_category[(*scope, emission.category)] = by_category.get((*scope, emission.category), 0) + grams
        by_month[month] = by_month.get(month, 0) + grams
    assert total(GroupBy.SCOPE) == by_scope
    assert total(GroupBy.CATEGORY) == by_category
    assert total(GroupBy.MONTH) == by_month
    assert list(total(GroupBy.MONTH)) == sorted(by_month)


def days_within(span: Span) -> Iterator[date]:
    for year in span.years:
        yield from map(date.fromordinal, range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1))
    for month, start, end in [*((month, 0, DAYS_MAX) for month in span.months), *span.stretches]:
        year, number = divmod(month, 12)
        days = range(monthrange(year, number + 1)[1])
        yield from (date(year, number + 1, day + 1) for day in days[start:end])


@given(st.dates(), st.integers(0, 1500), st.sampled_from(GroupBy))
@example(date.min, 1500, GroupBy.SCOPE)
@example(date(9997, 12, 2), 1500, GroupBy.SCOPE)
@example(date.max, 0, GroupBy.MONTH)
def test_a_period_has_each_of_its_days_once(first: date, days: int, group_by: GroupBy) -> None:
    """A day of a total's period is in one year, month or day of it, and no other day is in any."""
    last = date.fromordinal(min(first.toordinal() + days, date.max.toordinal()))
    every = [span for span, _ in parts(group_by, first, last)]
    expected = map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))
    assert sorted(day for span in every for day in days_within(span)) == list(expected)


def organization(id: str = PARENT, *children: dict[str, Any]) -> dict[str, Any]:
    return {"id": id, "name": "Example", "children": children}


def document(
    trees: list[dict[str, Any]] | None = None, keys: list[str] | None = None, **emission: object
) -> dict[str, Any]:
    """A fixture with one emission."""
    whole = {"id": "e", "organization_id": PARENT, "category": "travels", "co2e_grams": 1, "first_day": "2025-01-02"}
    return {
        "catalogue": {
            "keys": [{"api_key": key, "organization_id": PARENT} for key in keys or ["key"]],
            "trees": [organization()] if trees is None else trees,
        },
        "memory": {"emissions": {"e": {**whole, **emission}}},
    }


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (document([organization("Example")]), "must match the pattern"),
        (document([organization(PARENT, organization(PARENT))]), f"organization ids must be unique: '{PARENT}'"),
        (document([organization(CHILD)]), f"no organization has the id '{PARENT}'"),
        (document(keys=["key", "key"]), "API keys must be unique: 'key'"),
        ({"catalogue": {"keys": [], "trees": []}, "memory": {}}, "the catalogue has no keys; it needs at least one"),
        (document(co2e_grams=-1), "the grams of emission e are not from 0 to 1000000000000000000"),
        (document(co2e_grams=10**400), "the grams of emission e are not from 0 to 1000000000000000000"),
        (document(last_day="2025-01-01"), "the period from 2025-01-02 to 2025-01-01 does not have 1 to 3660 days"),
        (document(last_day="9999-12-31"), "the period from 2025-01-02 to 9999-12-31 does not have 1 to 3660 days"),
        (document(organization_id=CHILD), f"emissions: e belongs to '{CHILD}', which is not an organization"),
        (document(category="breathing"), "must be 'vehicles'"),
    ],
)
def test_a_contradictory_fixture_is_rejected(bad: dict[str, Any], fault: str) -> None:
    """A fixture that contradicts itself is rejected with the contradiction."""
    with pytest.raises(BadDocument, match=re.escape(fault)):
        Document(Fixture).read(bad)


def test_an_emission_survives_a_snapshot() -> None:
    """Memory that is written as a document and read again is equal."""
    memory = Document(Fixture).read(document(last_day="2025-02-01")).memory
    kind = Document(Memory)
    assert kind.read(kind.write(memory)) == memory
