"""Load everything that a server otherwise loads on first use."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

from emulator.core.documents import document
from emulator.space.outbox import OutboxState
from emulator.space.world import World
from emulator.web.model import Model


def preload(world: World) -> None:
    """Load every provider and build every model.

    In a test's process the first use may come when ``datetime`` is patched, and a short timeout may be running.
    """
    import_module("emulator.pages.app")
    document(OutboxState).prepare()
    for name in world.providers:
        package = import_module(f"emulator.providers.{name}")
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
        memory = world.fixtures[name].memory
        document(type(memory)).prepare()
        if hasattr(memory, "settings"):
            document(type(memory.settings)).prepare()
    for model in _derived(Model):
        model.model_rebuild()


def _derived(model: type[Model]) -> Iterator[type[Model]]:
    for derived in model.__subclasses__():
        yield derived
        yield from _derived(derived)
