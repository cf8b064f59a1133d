"""The whole emulator as one ASGI application: the only module that knows gateway, control API and all providers."""

from collections.abc import Iterable
from pathlib import Path

from emulator import fixtures
from emulator.control import Control
from emulator.courier import Courier
from emulator.gateway import Gateway
from emulator.providers import ALL
from emulator.space import Limits, Spaces, World


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
    return Gateway(spaces, Control(control_token), frozenset(host.lower() for host in hosts), courier)


def make_world(*, seed: int = 0, fixtures_directory: Path | None = None, limits: Limits | None = None) -> World:
    """What every space is made from. Raises BadFixture."""
    loaded, digest = fixtures.load(ALL, fixtures_directory)
    return World({provider.name: provider for provider in ALL}, loaded, digest, seed, limits or Limits())
