"""The whole emulator as one ASGI application: the only module that knows gateway, control API and all providers."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from emulator.control.app import Control
from emulator.core import server_settings
from emulator.gateway.courier import Courier
from emulator.gateway.gateway import Gateway
from emulator.providers import ALL, HOSTS, LAST_EVENTS, VERSIONS
from emulator.space.fixtures import Fixtures
from emulator.space.spaces import Spaces
from emulator.space.world import Limits, Links, Progress, World
from emulator.ui.site import Site

if TYPE_CHECKING:
    from emulator.space.worker_spaces import Part

VENDOR_HOSTS = {host: name for name in HOSTS for host in HOSTS[name]}
"""The provider of each production host."""


def create_app(
    *,
    seed: int = 0,
    fixtures_directory: Path | None = None,
    hosts: Iterable[str] = (),
    webhook_hosts: Iterable[str] = (),
    control_token: str | None = None,
    limits: Limits | None = None,
    links: Links | None = None,
    public_url: str | None = None,
    data: Path | None = None,
    sync: Literal["normal", "full"] = "normal",
    store: str | None = None,
    progress: Progress | None = None,
    part: "Part | None" = None,
) -> Gateway:
    """Return the emulator as an ASGI application. Raises BadFixture, BadData, and TypeError or ValueError.

    ``seed`` determines every identifier. ``fixtures_directory`` holds the user's own fixtures. ``hosts`` are further
    names of the server, without a port, and ``webhook_hosts`` those beyond this machine that webhooks may call. With a
    ``control_token``, the control API requires it. ``links`` is where links in replies lead: to the emulator's pages or
    to the vendors'; None leaves it to the fixtures. ``public_url`` is the address of the former, if it is not the one
    that clients use. ``data`` is a directory that keeps all spaces; without it, they are only in memory. ``store`` is
    the URL of a database that several servers share, in place of ``data``. ``sync`` says whether a commit waits for the
    disk, and ``progress`` shows how long loading takes. ``part`` is what this process serves of a server with several
    workers.
    """
    world = make_world(seed=seed, fixtures_directory=fixtures_directory, limits=limits, links=links)
    courier = Courier(server_settings.hosts(webhook_hosts))
    own_hosts, token = server_settings.hosts(hosts), server_settings.token(control_token or "") or None
    public_url = server_settings.url(public_url) if public_url else None
    if data is None and store is None:
        spaces = _spaces(world, public_url, part)
        return Gateway(spaces, Site(Control(spaces, courier, token)), own_hosts, VENDOR_HOSTS, courier)

    from emulator.log.assembly import StoredParts, open_storage  # a server in memory does not pay for it

    parts = StoredParts(world, open_storage(data, sync, store, part), public_url, VENDOR_HOSTS, part)
    control = Control(parts.spaces, courier, token)
    return parts.gateway(Site(control), control, own_hosts, courier, progress)


def _spaces(world: World, public_url: str | None, part: "Part | None") -> Spaces:
    if part is None:
        return Spaces(world, public_url, VENDOR_HOSTS)

    from emulator.space.worker_spaces import WorkerSpaces  # a server with one process does not pay for it

    return WorkerSpaces(world, public_url, VENDOR_HOSTS, part)


def make_world(
    *,
    seed: int = 0,
    fixtures_directory: Path | None = None,
    limits: Limits | None = None,
    links: Links | None = None,
) -> World:
    """Return what every space is made from. Raises BadFixture, and TypeError or ValueError."""
    server_settings.seed(seed)
    if links not in (None, *get_args(Links)):
        raise ValueError(f"links lead to {' or '.join(map(repr, get_args(Links)))}, not to {links!r}")
    return World(ALL, VERSIONS, LAST_EVENTS, Fixtures(ALL, fixtures_directory), seed, limits or Limits(), links)
