"""Check the conditions of faults and filters: those that no request can meet are a mistake.

The error names what was probably meant.
"""

import re
from collections.abc import Iterable, Mapping
from glob import escape
from typing import NamedTuple

from emulator.core.nearest import NEAREST_MAX, similar
from emulator.space.path_pattern import can_match
from emulator.web.provider import Provider

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PREFIX = re.compile(r"/(~[^/]*/)?[^/]*(?=/)")
"""The prefix of a vendor's path in a URL: a space and a provider."""


class Impossible(Exception):
    """No request can meet these conditions; the message names the nearest valid ones."""


class Conditions(NamedTuple):
    """What a request must have; ``path`` is a pattern."""

    provider: str | None
    operation: str | None
    method: str | None
    path: str | None


class Target(NamedTuple):
    """An operation on which a fault may fire."""

    provider: str
    operation: str
    methods: frozenset[str]
    path: str

    def meets(self, conditions: Conditions) -> bool:
        """Return whether a request for this operation can meet all conditions."""
        return (
            conditions.operation in (None, self.operation)
            and conditions.method in (None, "OPTIONS", *self.methods)
            and (conditions.path is None or can_match(conditions.path, self.path))
        )


def check(providers: Mapping[str, Provider], conditions: Conditions) -> None:
    """Raise Impossible for conditions that no request can meet."""
    _check_name("provider", conditions.provider, providers)
    _check_name("method", conditions.method, METHODS)
    if (
        conditions.operation is None
        and conditions.path is None
        and (conditions.method is None or conditions.provider is None)
    ):
        return
    names = [conditions.provider] if conditions.provider else list(providers)
    targets = [target for name in names for target in _targets(providers[name])]
    _check_name("operation", conditions.operation, (target.operation for target in targets))
    if conditions.path is not None:
        _check_path(conditions.path, providers, targets)
    if not any(target.meets(conditions) for target in targets):
        named = [target for target in targets if conditions.operation == target.operation] or [
            target for target in targets if conditions.path is None or can_match(conditions.path, target.path)
        ]
        raise Impossible(f"no operation meets all conditions; nearest: {_listed(map(_shown, named))}")


def check_exact(
    providers: Mapping[str, Provider], provider: str | None, operation: str | None, method: str | None, path: str | None
) -> None:
    """Raise Impossible if no request can have these values. One to an unknown path has no operation."""
    if operation is not None:
        pattern = None if path is None else escape(path)
        return check(providers, Conditions(provider, operation, method, pattern))
    _check_name("provider", provider, providers)
    _check_name("method", method, METHODS)
    if path is not None:
        if not path.startswith("/"):
            raise Impossible(f"a path begins with '/', so {path!r} matches nothing; use {'/' + path!r}")
        _check_prefix(path, providers, [target.path for each in providers.values() for target in _targets(each)])


def _targets(provider: Provider) -> list[Target]:
    table = provider.app.routes.routes
    return [Target(provider.name, route.name, route.methods, route.path) for route in table]


def _check_name(kind: str, name: str | None, names: Iterable[str]) -> None:
    if name is not None and name not in (known := list(dict.fromkeys(names))):
        raise Impossible(f"unknown {kind} {name!r}; nearest: {_listed(similar(name, known))}")


def _check_path(pattern: str, providers: Mapping[str, Provider], targets: list[Target]) -> None:
    """Raise Impossible for a pattern that matches no operation's path, such as one with the provider's prefix."""
    paths = list(dict.fromkeys(target.path for target in targets))
    if any(can_match(pattern, path) for path in paths):
        return
    _check_prefix(pattern, providers, paths)
    raise Impossible(f"no operation's path matches {pattern!r}; nearest: {_listed(similar(pattern, paths))}")


def _check_prefix(pattern: str, providers: Mapping[str, Provider], paths: Iterable[str]) -> None:
    """Raise Impossible for the pattern of a path in a URL, which begins with a provider, and perhaps a space."""
    prefix = PREFIX.match(pattern)
    inner = pattern[prefix.end() :] if prefix else ""
    if prefix and prefix[0].rpartition("/")[2] in providers and any(can_match(inner, path) for path in paths):
        raise Impossible(f"a path here has no provider's prefix, so {pattern!r} matches nothing; use {inner!r}")


def _shown(target: Target) -> str:
    methods = sorted(target.methods - {"HEAD"})
    return f"{target.operation} ({', '.join(methods)} {target.path})"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(list(names)[:NEAREST_MAX])
