"""Total emissions and logins: ``/v1/total-impacts``, ``/auth/login``."""

from emulator.providers.dcycle.backend.totals import GroupBy
from emulator.providers.dcycle.wire.incoming.fields import Day
from emulator.providers.dcycle.wire.incoming.parts import Body, Query
from emulator.web.fields import Text


class TotalImpactsQuery(Query):
    """``GET /v1/total-impacts``: the days from the first to the last, both included."""

    start_date: Day
    end_date: Day
    group_by: GroupBy = GroupBy.SCOPE
    include_children: bool = False


class Credentials(Body):
    """``POST /auth/login``"""

    email: Text
    password: Text
