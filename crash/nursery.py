"""Start servers fast: a process that has imported everything forks one for each line that it reads.

A line is the JSON of a server's options; the reply is its process id and its URL. A server whose standard input ends
with the nursery is killed with it.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import click

from emulator.app import create_app
from emulator.client.preload import preload
from emulator.core.errors import BadData
from emulator.server import server


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
            click.echo(json.dumps([child, answer.read()]))


def _serve(options: dict[str, Any], writer: int) -> None:
    """In the child: serve, and write the URL once ready, or the error."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    status = 1
    try:
        app = create_app(data=Path(options.pop("data")), **options)
        server.serve(app, server.bind("127.0.0.1", 0), lambda url: _write(writer, url))
        status = 0
    except BadData as error:
        _write(writer, str(error))
    finally:
        os._exit(status)


def _write(writer: int, text: str) -> None:
    os.write(writer, text.encode())
    os.close(writer)


if __name__ == "__main__":
    main()
