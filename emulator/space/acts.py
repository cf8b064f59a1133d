"""What happens at a vendor without a request: somebody pays, somebody decides."""

from emulator.core.errors import CannotHappen
from emulator.space.space import Change, Space


def perform(space: Space, provider: str, act: str, subject: str) -> object:
    """Let an act happen now, and answer what has become of its subject. Raises CannotHappen."""
    acts = space.world.providers[provider].acts
    if act not in acts:
        raise CannotHappen(f"nothing at {provider} is called {act!r}; there are: {', '.join(acts) or 'none'}")
    at = space.clock.read()
    space.post_all()
    become = acts[act](space.backend(provider), subject)
    space.post_all()
    space.begun = True
    space.recording.changes.append(Change(space.turns, at, provider, act=act, subject=subject))
    return become
