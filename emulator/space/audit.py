"""The books of a space: the entries of all vendors, and the checks that must hold of them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from emulator.core.ledger import CHECKS, Books, Check, Entry, Finding, NoBooks
from emulator.core.struct import Struct
from emulator.space.space import Space

FAILURES_MAX = 5
BROUGHT_FORWARD = datetime.min.replace(tzinfo=UTC)


class Result(Struct, frozen=True):
    """The result of a check: how many values it compared, and the first that differ from what is expected."""

    check: Check
    counted: int
    failures: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        return not self.failures


def entries(space: Space, provider: str | None = None) -> list[Entry]:
    """Return all entries, or a provider's, oldest first; opening balances come before everything.

    Raises ArithmeticError.
    """
    found = chain.from_iterable(_entries(space, provider).values())
    return sorted(found, key=lambda entry: entry.at or BROUGHT_FORWARD)


def verify(space: Space) -> list[Result]:
    """Return the result of every check: those of all books, then each vendor's own. Raises ArithmeticError."""
    kept = _entries(space)
    results = [_result(check, list(chain.from_iterable(kept.values()))) for check in CHECKS]
    for name, books in _books(space):
        results += [_result(check, kept[name], *_facts(space, name)) for check in books.checks]
    return results


def without_books(space: Space) -> dict[str, str]:
    """Return the vendors without books, and why they have none."""
    providers = space.world.providers.values()
    return {provider.name: provider.books.reason for provider in providers if isinstance(provider.books, NoBooks)}


def _entries(space: Space, provider: str | None = None) -> dict[str, list[Entry]]:
    """Return the entries of each vendor that has books, or of one, as they are at this moment."""
    space.clock.read()
    wanted = [(name, books) for name, books in _books(space) if provider in (None, name)]
    return {name: list(books.entries(*_facts(space, name))) for name, books in wanted}


def _books(space: Space) -> Iterator[tuple[str, Books]]:
    for name, provider in space.world.providers.items():
        if isinstance(provider.books, Books):
            yield name, provider.books


def _facts(space: Space, name: str) -> tuple[Any, Any]:
    """Return a vendor's backend, and the memory with which it began."""
    return space.backend(name), space.world.fixtures[name].memory


def _result(check: Check, *facts: Any) -> Result:
    findings = list(check.findings(*facts))
    wrong = [finding for finding in findings if finding.expected != finding.found]
    return Result(check, len(findings), tuple(wrong[:FAILURES_MAX]))
