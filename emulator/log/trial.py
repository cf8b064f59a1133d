"""Requests in spaces that do not exist: one that is refused creates no space, so it is tried before it is stored."""

from starlette.responses import Response

from emulator.gateway.gateway import REFUSED
from emulator.log.application import Application, Result
from emulator.log.entries import Arrival, ControlCommand
from emulator.log.instants import microseconds
from emulator.log.replica import Replica
from emulator.log.space_copy import SpaceCopy
from emulator.space.spaces import Address
from emulator.web.exchange import Exchange


class Trial:
    """Answers the requests that are refused in a space that does not exist, without storing anything.

    The journal of such a space is in memory only, and only for the last ones. If an accepted request creates the space
    later, the refused ones are stored before it.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    def refused_request(self, name: str, arrival: Arrival, address: Address) -> Exchange | None:
        """Return the reply to a request to a vendor; None if the vendor accepts it."""
        tried = self._result(name, arrival)
        if not isinstance(tried, Exchange) or tried.status < REFUSED:
            return None
        spaces = self.application.spaces
        space = spaces.visit(name, address)
        exchange = self.application.read_refused(space, arrival)
        spaces.answered(space, refused=True)
        return exchange

    def refused_command(self, name: str, command: ControlCommand) -> Response | None:
        """Return the reply to a command; None if it succeeds, and so creates the space."""
        tried = self._result(name, command)
        assert isinstance(tried, Response)
        return tried if tried.status_code >= REFUSED else None

    def _result(self, name: str, entry: Arrival | ControlCommand) -> Result:
        """Apply an entry to a new space, which is then forgotten."""
        application = self.application.on_new_spaces()
        at = microseconds(application.time.read())
        return application.apply(SpaceCopy(name, Replica(name)), 1, at, entry)[0]
