"""``carbon-emulator serve --workers N``"""

import gc
import os
import socket
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from emulator.gateway.gateway import Gateway
    from emulator.log.storage import Storage
    from emulator.server.server import Secure
    from emulator.server.supervisor import Seat
    from emulator.space.worker_spaces import Part

WORKERS_MAX = 64

IN_MEMORY = "its spaces, which were in memory alone, are lost, and another worker takes its place"
STORED = "another worker takes its place, and loads its spaces"


def check_workers(_: click.Context, __: click.Parameter, workers: int) -> int:
    """Return a number of workers. Raises click.BadParameter where there can be only one."""
    if workers > 1 and not (hasattr(os, "fork") and hasattr(socket, "send_fds")):
        raise click.BadParameter("several workers need Linux or macOS: they hand connections over to each other")
    return workers


def serve_workers(
    count: int,
    bound: "socket.socket",
    secure: "list[Secure]",
    make: "Callable[[Part], Gateway]",
    logged: Callable[[Any], Any],
    ready: Callable[[str], None],
    storage: "Storage | None",
) -> None:
    """Serve with several workers until SIGINT or SIGTERM.

    ``make`` returns the application of a worker, and ``logged`` one with an access log if that is wanted. ``ready`` is
    called with the URL once all serve. ``storage`` keeps the spaces; a data directory stays open in this process alone,
    and each worker connects to a database on its own. Raises click.ClickException if they cannot start.
    """
    from emulator.server.server import address
    from emulator.server.supervisor import Supervisor

    gc.freeze()  # the workers share what the start has created
    log = None
    if storage and storage.is_shared:
        storage.close()
    elif storage:
        log = storage.log
    work = partial(_work, bound, secure, make, logged)
    supervisor = Supervisor(count, work, STORED if storage else IN_MEMORY, log)
    served = supervisor.run(partial(ready, address(bound)))
    if storage and log:
        storage.close()
    if not served:
        raise click.ClickException("a worker has ended before it could serve; its error is above")


def _work(
    bound: "socket.socket",
    secure: "list[Secure]",
    make: "Callable[[Part], Gateway]",
    logged: Callable[[Any], Any],
    seat: "Seat",
) -> None:
    """In a worker: serve its share."""
    from emulator.server.open_files import allow_open_files, channels_max
    from emulator.server.server import serve_as_worker
    from emulator.server.worker_link import WorkerLink
    from emulator.space.worker_spaces import Part

    allow_open_files()
    link = WorkerLink(seat.share, seat.inboxes, channels_max())
    app = make(Part(seat.share, seat.census, link, seat.log_ends))
    link.reporter = app.spaces.report

    def ready() -> None:
        os.write(seat.ready, b".")
        os.close(seat.ready)

    serve_as_worker(logged(app), bound, secure, link, ready, seat.life)
