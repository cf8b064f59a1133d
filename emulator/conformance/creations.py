"""What a run creates, and how it is removed again."""

from emulator.conformance.connection import Connection, NotAllowed, Reply, Stopped
from emulator.conformance.expression import Scope, Unavailable, fill
from emulator.conformance.outgoing import Outgoing
from emulator.conformance.report import Created


class Creations:
    """What the requests of one run have created. ``created`` is in the order of its making."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.created: list[Created] = []
        self._removals: list[tuple[Created, Outgoing]] = []

    def note(self, request: Outgoing, reply: Reply, scope: Scope) -> None:
        """Note what a successful request created, and the request that removes it, if the API has one."""
        creation = self.connection.file.creates.get(request.operation.id) if request.operation else None
        if creation is None:
            return
        scope = scope.with_values(reply=reply.body)
        made = Created(what=creation.what, request=request.operation.id if request.operation else "")
        try:
            made.what = self.connection.masked(str(fill(creation.what, scope)))
            made.reason = "" if creation.undo else "the API cannot remove it"
            removal = self.connection.request(creation.undo, scope) if creation.undo else None
        except Unavailable as error:
            made.reason, removal = str(error), None
        if removal is None or all(known != removal for _, known in self._removals):  # a replay creates nothing
            self.created.append(made)
            self._removals += [(made, removal)] if removal else []

    def remove(self) -> None:
        """Remove what was created, the latest first."""
        for made, removal in reversed(self._removals):
            try:
                reply = self.connection.send(removal, "sandbox")
            except (NotAllowed, Stopped) as error:
                made.reason = self.connection.masked(str(error))
                continue
            made.removed = reply.status < 300 or reply.status in self.connection.file.creates[made.request].gone
            made.reason = "" if made.removed else f"{removal.method} {removal.path} returned {reply.status}"
