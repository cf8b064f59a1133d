"""Put the parts of a server together that stores its spaces."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.core.clock import LogTime
from emulator.core.errors import BadData
from emulator.core.struct import replace
from emulator.gateway.courier import Courier
from emulator.gateway.gateway import ControlApi
from emulator.log.application import Application
from emulator.log.loading import silent
from emulator.log.log import LogFailure
from emulator.log.own_store import OwnStore
from emulator.log.shared.shared_database import SharedDatabase
from emulator.log.shared.shared_gateway import SharedGateway, SharedWriter
from emulator.log.shared.shared_store import SharedStore
from emulator.log.sqlite.data_directory import DataDirectory
from emulator.log.sqlite.sqlite_database import Sync
from emulator.log.storage import OwnStorage
from emulator.log.store import Store
from emulator.log.stored_gateway import StoredControl, StoredGateway
from emulator.log.stored_spaces import StoredSpaces
from emulator.log.stored_writer import StoredWriter
from emulator.log.worlds import Worlds
from emulator.space.world import Progress, World

if TYPE_CHECKING:
    from emulator.space.worker_spaces import Part


def open_storage(data: Path | None, sync: Sync, url: str | None, part: "Part | None") -> OwnStorage | SharedDatabase:
    """Return a data directory, or the database at a URL. Raises BadData.

    A worker uses the directory through the first process, which has it open.
    """
    if data is None:
        return SharedDatabase(url or "")
    if url is not None:
        raise BadData("--data and --store exclude each other")
    if part is None:
        return DataDirectory(data, sync)

    from emulator.log.workers.log_server import LogEnds
    from emulator.log.workers.worker_storage import WorkerStorage

    assert part.log_ends
    return WorkerStorage(data, LogEnds(*part.log_ends), part.share)


class StoredParts:
    """The storage and the spaces, then the store and the gateway. Raises BadData.

    The storage is the data directory of this server, or a database that it shares with others. ``part`` is what this
    process serves of a server with several workers.
    """

    def __init__(
        self,
        world: World,
        storage: OwnStorage | SharedDatabase,
        public_url: str | None,
        hosts: Mapping[str, str],
        part: "Part | None" = None,
    ) -> None:
        self.storage = storage
        try:
            storage.adopt(world)
        except BadData:
            storage.close()
            raise
        self.time = LogTime()
        self.spaces = StoredSpaces(replace(world, machine_time=self.time.now), public_url, hosts)
        self.spaces.peers = part.peers if part else None
        self.vendor_hosts = hosts
        self._workers = part.share.count if part else 1

    def gateway(
        self,
        site: ControlApi,
        control: StoredControl,
        hosts: frozenset[str],
        courier: Courier,
        progress: Progress | None,
    ) -> StoredGateway:
        """Return the application. The store applies commands through the control API. Raises BadData."""
        application = Application(self.spaces, Worlds(self.spaces.world, self.storage.log), control, self.time)
        try:
            store, writer = self._store(application, courier, progress or silent)
        except LogFailure as error:
            self.storage.close()
            raise BadData(f"cannot read {self.storage.location}: {error}") from None
        self.spaces.store, courier.writer, store.due = store, writer, courier.look
        fronts = (self.spaces, site, control, hosts, self.vendor_hosts, courier)
        kind = SharedGateway if isinstance(store, SharedStore) else StoredGateway
        return kind(*fronts, store, writer)

    def _store(self, application: Application, courier: Courier, progress: Progress) -> tuple[Store, StoredWriter]:
        loaded_max = -(-self.spaces.world.limits.spaces_max // self._workers)
        if isinstance(self.storage, SharedDatabase):
            shared = SharedStore(self.storage, application, loaded_max, progress)
            return shared, SharedWriter(shared, courier)
        store = OwnStore(self.storage, application, loaded_max, progress)
        return store, StoredWriter(store, courier)
