"""The original classes of ``datetime``, even if a test has replaced them."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


def real_class(kind: type[T]) -> type[T]:
    """Return the class of the module ``datetime`` that ``kind`` is, or that a test's replacement derives from."""
    bases: tuple[type[T], ...] = getattr(kind, "__mro__", ())  # a replacement need not be a class
    return next((base for base in bases if base.__module__ == "datetime"), kind)


@contextmanager
def real_datetime() -> Iterator[None]:
    """Restore the original classes of the module ``datetime`` for a while.

    Modules that are imported under freezegun, and pydantic models that are built under it, would keep the replaced
    classes and fail for the rest of the process.
    """
    found = {"date": datetime.date, "datetime": datetime.datetime}
    _replace({name: real_class(kind) for name, kind in found.items()})
    try:
        yield
    finally:
        _replace(found)


def _replace(kinds: dict[str, type[datetime.date]]) -> None:
    for name, kind in kinds.items():
        setattr(datetime, name, kind)
