"""A data directory that the first process of a server has open, for one of its workers."""

from pathlib import Path

from emulator.log.numbers import Numbers
from emulator.log.sqlite.data_directory import NUMBERS
from emulator.log.workers.log_server import LogEnds
from emulator.log.workers.remote_log import RemoteLog
from emulator.log.workers.worker_committer import WorkerCommitter
from emulator.space.share import Share
from emulator.space.world import World


class WorkerStorage:
    """The part of a data directory that holds the spaces of one worker."""

    is_shared = False

    def __init__(self, path: Path, ends: LogEnds, share: Share) -> None:
        self.location = str(path)
        self.temporary = path
        self.log = RemoteLog(ends, share)
        self.numbers = Numbers(path / NUMBERS)

    def adopt(self, world: World, serves: bool = True) -> None:
        """Do nothing: the first process has checked the directory."""

    def new_committer(self) -> WorkerCommitter:
        """Return what runs the calls of the log for the running event loop."""
        return WorkerCommitter(self.log)

    def close(self) -> None:
        """Disconnect from the first process."""
        self.log.close()
        self.numbers.close()
