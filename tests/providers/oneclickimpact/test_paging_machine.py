"""Paging while lists grow: a state machine that reads pages between additions."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from emulator import Emulator
from tests.conftest import START
from tests.providers.oneclickimpact.conftest import LISTS, listed
from tests.support.caller import Caller

KINDS = ["carbon_captured", "tree_planted", "waste_removed", "money_donated", "coral_restored"]
EMAILS = ["customer@example.com", "jane@example.com", "joe@example.com"]
DAYS = ["2023-10-04", "2024-09-17", "2025-03-13", "2026-01-01", "2026-01-02"]
READERS = 4

searches = st.tuples(
    st.sampled_from(list(LISTS)),
    st.fixed_dictionaries(
        {
            "sort_order": st.sampled_from(["asc", "desc"]),
            "filter_by": st.just([]) | st.lists(st.sampled_from(KINDS), min_size=1, max_size=4),
        },
        optional={
            "start_date": st.sampled_from(DAYS[:3]),
            "end_date": st.sampled_from(DAYS[2:]),
            "customer_email": st.sampled_from(EMAILS),
        },
    ),
)


@dataclass
class Walk:
    """A reader of a list, page by page. ``whole`` is the list when a descending reader read its first page."""

    name: str
    params: dict[str, Any]
    read: list[dict[str, Any]] = field(default_factory=list)
    cursor: str | None = None
    over: bool = False
    whole: list[dict[str, Any]] | None = None

    def wants(self, record: dict[str, Any]) -> bool:
        """Return whether the filters accept a record; customer filters apply to their list only."""
        day = record["time_utc"][:10]
        email = self.params.get("customer_email") if self.name == "customer_records" else None
        return (
            not record.keys().isdisjoint(self.params["filter_by"] or KINDS)
            and self.params.get("start_date", day) <= day <= self.params.get("end_date", day)
            and (email is None or record["customer"]["customer_email"] == email)
        )


class Paging(RuleBasedStateMachine):
    """A production account captures carbon while readers page through its lists of all kinds of records."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__()
        self.space = emulator.space()
        self.space.clock.freeze(START)
        keys = self.space.oneclickimpact.credentials
        self.live = Caller(self.space, "oneclickimpact", {"x-api-key": keys["live_api_key"]})
        self.sandbox = Caller(self.space, "oneclickimpact", {"x-api-key": keys["api_key"]})
        self.made = {name: listed(self.live, name, limit=1000) for name in LISTS}
        self.walks: list[Walk] = []

    def teardown(self) -> None:
        self.space.delete()

    @initialize(params=st.lists(searches, min_size=READERS, max_size=READERS))
    def begin(self, params: list[tuple[str, dict[str, Any]]]) -> None:
        self.walks = [Walk(name, filters) for name, filters in params]

    @rule(milliseconds=st.sampled_from([0, 1, 2, 5, 1000, 86_400_000]))
    def let_time_pass(self, milliseconds: int) -> None:
        self.space.clock.advance(milliseconds=milliseconds)

    @rule(email=st.none() | st.sampled_from(EMAILS), count=st.integers(1, 3))
    def capture(self, email: str | None, count: int) -> None:
        """New records are the last of all, since an account's times only grow; the sandbox has its own."""
        name, customer = ("customer_records", {"customer_email": email}) if email else ("user_records", {})
        self.sandbox.post("/v1/capture_carbon", {"amount": 9, **customer})
        for amount in range(1, count + 1):
            made = self.live.post("/v1/capture_carbon", {"amount": amount, **customer}).json()
            assert all(record["time_utc"] < made["time_utc"] for records in self.made.values() for record in records)
            self.made[name].append(made)

    @rule(reader=st.integers(0, READERS - 1), limit=st.integers(0, 5), params=searches)
    def turn_the_page(self, reader: int, limit: int, params: tuple[str, dict[str, Any]]) -> None:
        """A page holds the records that follow, as many as its limit, and a cursor only while more remain."""
        if self.walks[reader].over:
            self.walks[reader] = Walk(*params)
        walk = self.walks[reader]
        at = {"cursor": walk.cursor} if walk.cursor else {}
        page = self.live.get(LISTS[walk.name], params={**walk.params, **at, "limit": limit}).json()
        rest = self.remaining(walk)
        assert page[walk.name] == rest[:limit]
        assert ("cursor" in page) == (0 < limit < len(rest))
        if limit:
            walk.read += page[walk.name]
            walk.cursor = page.get("cursor")
            walk.over = walk.cursor is None

    def remaining(self, walk: Walk) -> list[dict[str, Any]]:
        """Return what must follow: ascending, all unread records; descending, those from when the walk began."""
        wanted = [record for record in self.made[walk.name] if walk.wants(record)]
        if walk.params["sort_order"] == "desc":
            if not walk.read:
                walk.whole = wanted[::-1]
            assert walk.whole is not None
            wanted = walk.whole
        return wanted[len(walk.read) :]


@pytest.mark.rule(
    "oneclickimpact.pages.complete", "oneclickimpact.pages.new-records", "oneclickimpact.capture.time-unique"
)
def test_no_record_is_repeated_or_skipped_while_records_are_added(emulator: Emulator) -> None:
    """However captures and pages mix, every reader sees each record once and in order."""

    class PagingHere(Paging):
        def __init__(self) -> None:
            super().__init__(emulator)

    steady = settings(max_examples=20, stateful_step_count=40, deadline=None, derandomize=True, database=None)
    run_state_machine_as_test(PagingHere, settings=steady)
