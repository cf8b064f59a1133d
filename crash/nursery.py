"""Start servers fast: a process that has imported everything forks one for each line that it reads.

A line is the JSON of a server's options; the reply is its process id and its URL. A server whose standard input ends
with the nursery is killed with it.
"""

import json
import os
import signal
import socket
import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from emulator.app import create_app
from emulator.cli.serve_workers import serve_workers
from emulator.client.preload import preload
from emulator.core.errors import BadData
from emulator.gateway.gateway import Gateway
from emulator.server import server, supervisor
from emulator.space.worker_spaces import Part

RESTART_SECONDS = 0.1
"""How soon a worker is started again that has lived for a moment only: here, all of them do."""


def main() -> None:
    warm = create_app()
    preload(warm.spaces.world)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            _serve(json.loads(line), writer)
        os.close(writer)
        with os.fdopen(reader) as answer:
            click.echo(json.dumps([child, answer.readline().strip()]))


def _serve(options: dict[str, Any], writer: int) -> None:
    """In the child: serve, and write the URL once ready, or the error."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    status = 1
    try:
        make: Any = partial(create_app, data=Path(options.pop("data")))
        workers = options.pop("workers", 1)
        app = make(**options)
        _serve_app(app, server.bind("127.0.0.1", 0), partial(make, **options), workers, partial(_write, writer))
        status = 0
    except BadData as error:
        _write(writer, str(error))
    finally:
        os._exit(status)


def _serve_app(app: Any, bound: socket.socket, make: Any, workers: int, ready: Any) -> None:
    if workers == 1:
        return server.serve(app, bound, ready)

    def make_worker(part: Part) -> Gateway:
        worker: Gateway = make(part=part)
        return worker

    supervisor.RESTART_SECONDS = RESTART_SECONDS
    serve_workers(workers, bound, [], make_worker, lambda app: app, ready, app.store.storage)


def _write(writer: int, text: str) -> None:
    os.write(writer, f"{text}\n".encode())
    os.close(writer)


if __name__ == "__main__":
    main()
