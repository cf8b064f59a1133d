"""The whole emulator as one ASGI application: the only module that knows gateway, control API and all providers."""

from collections.abc import Iterable
from pathlib import Path

from emulator.control.app import Control
from emulator.gateway.courier import Courier
from emulator.gateway.gateway import Gateway
from emulator.providers import ALL, HOSTS
from emulator.space.fixtures import Fixtures
from emulator.space.spaces import Spaces
from emulator.space.world import Limits, World


def create_app(
    *,
    seed: int = 0,
    fixtures_directory: Path | None = None,
    hosts: Iterable[str] = (),
    webhook_hosts: Iterable[str] = (),
    control_token: str | None = None,
    limits: Limits | None = None,
) -> Gateway:
    """The emulator.

    ``seed`` decides every identifier; ``fixtures_directory`` holds the user's own fixtures; ``hosts`` are further names
    that it may be called by, and ``webhook_hosts`` those beyond this machine that its webhooks may call; a
    ``control_token`` is then asked of everyone who uses the control API. Raises BadFixture.
    """
    world = make_world(seed=seed, fixtures_directory=fixtures_directory, limits=limits)
    spaces, courier = Spaces(world), Courier(frozenset(host.lower() for host in webhook_hosts))
    own, backends = frozenset(host.lower() for host in hosts), {host: name for name in HOSTS for host in HOSTS[name]}
    return Gateway(spaces, Control(spaces, courier, control_token), own, backends, courier)


def make_world(*, seed: int = 0, fixtures_directory: Path | None = None, limits: Limits | None = None) -> World:
    """What every space is made from. Raises BadFixture."""
    return World(ALL, Fixtures(ALL, fixtures_directory), seed, limits or Limits())
