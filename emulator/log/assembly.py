"""Put the parts of a server together that stores its spaces."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from emulator.core.clock import LogTime
from emulator.core.errors import BadData
from emulator.gateway.courier import Courier
from emulator.gateway.gateway import ControlApi
from emulator.log.application import Application
from emulator.log.data_directory import DataDirectory
from emulator.log.loading import silent
from emulator.log.sqlite_log import Sync
from emulator.log.store import Store
from emulator.log.stored_gateway import StoredControl, StoredGateway
from emulator.log.stored_spaces import StoredSpaces
from emulator.log.stored_writer import StoredWriter
from emulator.space.world import Progress, World


class StoredParts:
    """The data directory and the spaces, then the store and the gateway. Raises BadData."""

    def __init__(
        self, world: World, data: Path, sync: Sync, public_url: str | None, vendor_hosts: Mapping[str, str]
    ) -> None:
        self.directory = DataDirectory(data, sync)
        try:
            self.directory.adopt(world)
        except BadData:
            self.directory.close()
            raise
        self.time = LogTime()
        self.spaces = StoredSpaces(replace(world, machine_time=self.time), public_url, vendor_hosts)
        self.vendor_hosts = vendor_hosts

    def store(self, control: StoredControl, progress: Progress | None) -> Store:
        """Return the store, which applies commands through the control API."""
        application = Application(self.spaces, control, self.time)
        store = Store(self.directory, application, self.spaces.world.limits.spaces_max, progress or silent)
        self.spaces.store = store
        return store

    def gateway(
        self,
        site: ControlApi,
        control: StoredControl,
        hosts: frozenset[str],
        courier: Courier,
        progress: Progress | None,
    ) -> StoredGateway:
        """Return the application."""
        store = self.store(control, progress)
        courier.writer = writer = StoredWriter(store, courier)
        return StoredGateway(self.spaces, site, control, hosts, self.vendor_hosts, courier, store, writer)
