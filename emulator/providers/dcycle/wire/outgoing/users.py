"""The users who created records."""

from emulator.providers.dcycle.memory.catalogue import User


def named_user(user: User) -> dict[str, object]:
    """Return a user with their name, which the fixture may lack."""
    return {"id": user.id, "first_name": user.first_name, "last_name": user.last_name}
