"""Total emissions and logins: ``/v1/total-impacts``, ``/auth/login``."""

from datetime import date

from emulator.providers.dcycle.backend.drafts import TotalsDraft
from emulator.providers.dcycle.backend.totals import GroupBy
from emulator.providers.dcycle.wire.incoming.fields import Day
from emulator.providers.dcycle.wire.incoming.parts import Body, Query
from emulator.web.fast_draft import FastQuery, has_fast_query
from emulator.web.fields import Text


class FastTotals(FastQuery, frozen=True):
    """The totals of a period."""

    start_date: date
    end_date: date
    group_by: GroupBy = GroupBy.SCOPE
    include_children: bool = False

    @property
    def draft(self) -> TotalsDraft:
        return TotalsDraft(self.start_date, self.end_date, self.group_by, self.include_children)


@has_fast_query(FastTotals)
class TotalImpactsQuery(Query):
    """``GET /v1/total-impacts``: the days from the first to the last, both included."""

    start_date: Day
    end_date: Day
    group_by: GroupBy = GroupBy.SCOPE
    include_children: bool = False

    @property
    def draft(self) -> TotalsDraft:  # type: ignore[override]
        return TotalsDraft(self.start_date, self.end_date, self.group_by, self.include_children)


class Credentials(Body):
    """``POST /auth/login``"""

    email: Text
    password: Text
