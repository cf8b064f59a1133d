"""A worker's log: a thread in place of the server's first process has the database open."""

import selectors
import threading
from functools import partial
from pathlib import Path

from emulator.log.sqlite.sqlite_log import SqliteLog
from emulator.log.workers.log_server import LogServer
from emulator.log.workers.remote_log import RemoteLog
from emulator.space.share import Share

SECONDS_MAX = 10


class LogOfWorker(RemoteLog):
    """The log of the only worker of a server."""

    def __init__(self, file: Path) -> None:
        connected = threading.Event()
        self._thread = threading.Thread(target=partial(self._serve, file, connected), daemon=True)
        self._thread.start()
        assert connected.wait(SECONDS_MAX)

    def _serve(self, file: Path, connected: threading.Event) -> None:
        log, selector = SqliteLog(file), selectors.DefaultSelector()
        server = LogServer(log, selector)
        super().__init__(server.attach(0), Share())
        connected.set()
        while selector.get_map():
            for key, events in selector.select():
                key.data(events)
            server.run()
        selector.close()
        log.close()

    def close(self) -> None:
        super().close()
        self._thread.join()
