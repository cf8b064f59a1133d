"""Bring documents of older versions up to date: one small function for each step, from one version to the next."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Step: TypeAlias = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Returns a document of the next version, and leaves the older one as it is."""

Steps: TypeAlias = Mapping[int, Step]
"""The steps, each by the version that it starts from."""


class NoStep(Exception):
    """There is no step from a version, or it found another document than it expects; the message says which."""


def migrate(content: Mapping[str, Any], version: int, target: int, steps: Steps) -> Mapping[str, Any]:
    """Return a document of a version as one of the target version. Raises NoStep."""
    for number in range(version, target):
        if number not in steps:
            raise NoStep(f"version {number} cannot be brought to version {number + 1}")
        try:
            content = steps[number](content)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise NoStep(f"it is no document of version {number}: {type(error).__name__} {error}") from None
    return content
