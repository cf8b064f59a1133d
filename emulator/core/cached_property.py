"""The standard library's ``cached_property`` without the lock that Python 3.11 takes: a draft of a request costs less.

Two threads may compute a value twice at the same time; both values are equal, and one of them stays.
"""

import functools
import sys
from typing import TYPE_CHECKING, Any, TypeVar

T = TypeVar("T")

if TYPE_CHECKING or sys.version_info >= (3, 12):
    from functools import cached_property as cached_property
else:

    class cached_property(functools.cached_property[T]):  # noqa: N801, it takes the place of that one
        def __get__(self, instance: Any, owner: Any = None) -> Any:
            if instance is None:
                return self
            value = instance.__dict__[self.attrname] = self.func(instance)
            return value
