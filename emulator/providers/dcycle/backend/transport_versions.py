"""The history of transport routes (code.dcycle.io, Get Transport Route Version History)."""

from collections.abc import Sequence

from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.memory.transports import TransportRoute, TransportVersion, tracked


class TransportVersions:
    """The changes of the transport routes of every organization in one space, oldest first."""

    def __init__(self, context: Context) -> None:
        self._clock = context.clock
        self._versions = context.memory.transport_versions
        self._by_route: dict[tuple[str, str], list[TransportVersion]] = {}
        for version in self._versions.values():
            self._index(version)
        self._last_id = max((version.transaction_id for version in self._versions.values()), default=0)

    def of(self, organization: Organization, route_id: str) -> Sequence[TransportVersion]:
        """Return the changes of a route, newest first; none if there never was such a route."""
        return self._by_route.get((organization.id, route_id), [])[::-1]

    def record(self, before: TransportRoute | None, after: TransportRoute | None, author: str | None) -> None:
        """Keep a change of a route. ``before`` is None for a new one, and ``after`` for a deleted one."""
        route = after or before
        assert route is not None
        self._last_id += 1
        version = TransportVersion(
            self._last_id,
            route.organization_id,
            route.id,
            self._clock.now,
            author,
            None if before is None else tracked(before),
            None if after is None else tracked(after),
        )
        self._versions[str(version.transaction_id)] = version
        self._index(version)

    def _index(self, version: TransportVersion) -> None:
        self._by_route.setdefault((version.organization_id, version.route_id), []).append(version)
