"""Records and organizations below the wire: exact whatever their number, and checked before they are used."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.core.clock import Clock
from emulator.core.documents import BadDocument, Document
from emulator.core.ids import Ids
from emulator.providers.dcycle.backend import Dcycle
from emulator.providers.dcycle.backend.ledgers import GroupBy, InMonth
from emulator.providers.dcycle.memory import CATEGORIES, SCOPES, Catalogue, Fixture, Key, Memory, Organization, Record

PARENT = "00000000-0000-4000-8000-000000000001"
CHILD = "00000000-0000-4000-8000-000000000002"
CATALOGUE = Catalogue((Key("key", PARENT),), (Organization(PARENT, "Parent", (Organization(CHILD, "Child"),)),))

days = st.dates(date(2024, 11, 1), date(2025, 3, 31))
spans = st.tuples(days, days).map(sorted)


@st.composite
def records(draw: st.DrawFn) -> Record:
    first, last = draw(spans)
    return Record(
        id="record",
        organization_id=draw(st.sampled_from([PARENT, CHILD])),
        source=draw(st.sampled_from(sorted(CATEGORIES))),
        co2e_grams=draw(st.integers(0, 10**7)),
        first_day=first,
        last_day=last,
    )


@given(records())
def test_the_days_of_a_record_make_it_up(record: Record) -> None:
    """A record gives every one of its days the same whole grams, or one more, and nothing is lost."""
    by_day = list(record.grams_by_day())
    assert [day for day, _ in by_day] == [record.first_day + timedelta(n) for n in range(record.days)]
    assert sum(grams for _, grams in by_day) == record.co2e_grams
    assert {grams - record.co2e_grams // record.days for _, grams in by_day} <= {0, 1}


@given(st.lists(records(), max_size=12), spans, st.booleans())
def test_totals_are_those_of_counting_day_by_day(found: list[Record], span: list[date], children: bool) -> None:
    """Every grouping finds what going through all days of all records finds."""
    memory = Memory({str(n): record for n, record in enumerate(found)})
    dcycle = Dcycle(CATALOGUE, memory, Clock(), Ids(0))
    counted = [
        (record, day, grams)
        for record in found
        for day, grams in record.grams_by_day()
        if span[0] <= day <= span[1] and grams and (children or record.organization_id == PARENT)
    ]

    def total(group_by: GroupBy) -> Mapping[Any, int]:
        return dcycle.total_impacts(CATALOGUE.trees[0], span[0], span[1], group_by, children)

    by_scope, by_category, by_month = dict[Any, int](), dict[Any, int](), dict[Any, int]()
    for record, day, grams in counted:
        scope, month = (SCOPES[record.category],), InMonth(day.year, day.month)
        by_scope[scope] = by_scope.get(scope, 0) + grams
        by_category[(*scope, record.category)] = by_category.get((*scope, record.category), 0) + grams
        by_month[month] = by_month.get(month, 0) + grams
    assert total(GroupBy.SCOPE) == by_scope
    assert total(GroupBy.CATEGORY) == by_category
    assert total(GroupBy.MONTH) == by_month
    assert list(total(GroupBy.MONTH)) == sorted(by_month)


def organization(id: str = PARENT, *children: dict[str, Any]) -> dict[str, Any]:
    return {"id": id, "name": "Somebody", "children": children}


def document(
    trees: list[dict[str, Any]] | None = None, keys: list[str] | None = None, **record: object
) -> dict[str, Any]:
    """A fixture with one record."""
    whole = {"id": "r", "organization_id": PARENT, "source": "travel", "co2e_grams": 1, "first_day": "2025-01-02"}
    return {
        "catalogue": {
            "keys": [{"api_key": key, "organization_id": PARENT} for key in keys or ["key"]],
            "trees": [organization()] if trees is None else trees,
        },
        "memory": {"records": {"r": {**whole, **record}}},
    }


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (document([organization("Nobody")]), "'Nobody' is not a UUID in lower case"),
        (document([organization(PARENT, organization(PARENT))]), f"two organizations have the id '{PARENT}'"),
        (document([organization(CHILD)]), f"no organization has the id '{PARENT}'"),
        (document(keys=["key", "key"]), "two keys are 'key'"),
        ({"catalogue": {"keys": [], "trees": []}, "memory": {}}, "there is no key"),
        (document(co2e_grams=-1), "the grams of record r are not from 0 to 1000000000000000000"),
        (document(co2e_grams=10**400), "the grams of record r are not from 0 to 1000000000000000000"),
        (document(last_day="2025-01-01"), "the days of record r are not from 1 to 3660"),
        (document(last_day="9999-12-31"), "the days of record r are not from 1 to 3660"),
        (document(organization_id=CHILD), f"record r is of '{CHILD}', which is no organization"),
        (document(source="breathing"), "Input should be 'vehicle_consumption'"),
    ],
)
def test_a_fixture_that_cannot_be(bad: dict[str, Any], fault: str) -> None:
    """A fixture that contradicts itself is refused, and the fault says how."""
    with pytest.raises(BadDocument, match=re.escape(fault)):
        Document(Fixture).read(bad)


def test_a_record_survives_a_snapshot() -> None:
    """The memory written as a document and read again is the same."""
    memory = Document(Fixture).read(document(last_day="2025-02-01")).memory
    kind = Document(Memory)
    assert kind.read(kind.write(memory)) == memory
