"""The project's ``dataclass`` makes of a class what the standard library's does."""

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field, fields, replace
from typing import Any, Generic, TypeVar

import pytest

from emulator.core.dataclass import dataclass

T = TypeVar("T")


def classes(dataclass: Callable[..., Any]) -> tuple[type[Any], ...]:
    """Return classes that a decorator makes: of each option and each kind of member."""

    @dataclass(frozen=True, slots=True)
    class Point(Generic[T]):
        x: T
        y: int = 0

        def __add__(self, other: Any) -> Any:
            return replace(self, y=self.y + other.y)

    @dataclass(frozen=True, slots=True)
    class Named(Point[int]):
        x: int
        name: str = "point"
        marks: list[int] = field(default_factory=lambda: [1], repr=False)
        note: str = field(default="", compare=False)

        def __post_init__(self) -> None:
            if self.x < 0:
                raise ValueError("below 0")

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Strict:
        x: int
        y: int = 2
        z: int = field(init=False)

        def __repr__(self) -> str:
            return "strict"

        def __post_init__(self) -> None:
            object.__setattr__(self, "z", self.x + self.y)

    @dataclass(frozen=True, slots=True, eq=False)
    class Identified:
        x: int = 0

        @property
        def double(self) -> int:
            return self.x * 2

    @dataclass(frozen=True)
    class Empty:
        pass

    @dataclass(slots=True)
    class Mutable:
        x: int = 0

    for kind in (Point, Named, Strict, Identified, Empty, Mutable):
        kind.__qualname__ = kind.__name__
    return Point, Named, Strict, Identified, Empty, Mutable


OURS, THEIRS = classes(dataclass), classes(dataclasses.dataclass)
globals().update({kind.__name__: kind for kind in OURS})  # so that pickle finds them

CALLS: dict[str, Callable[..., object]] = {
    "every member": lambda point, named, strict, identified, empty, mutable: [
        point(1),
        point(1, y=2),
        named(1, 2, "n", [3], "note"),
        strict(x=1),
        empty(),
        mutable(3),
    ],
    "a default is made for each": lambda _, named, *__: named(1).marks is named(1).marks,
    "equal members": lambda point, named, *_: [point(1) == point(1), point(1) == named(1), point(1) == 1],
    "members left out": lambda _, named, *__: named(1, note="a") == named(1, note="b"),
    "hashes": lambda point, *_: [hash(point(1)) == hash(point(1, 0)), len({point(1), point(1), point(2)})],
    "an unhashable member": lambda _, named, *__: hash(named(1)),
    "identity": lambda *kinds: [kinds[3](1) == kinds[3](1), len({kinds[3](1), kinds[3](1)}), kinds[3](2).double],
    "no member": lambda *kinds: [kinds[4]() == kinds[4](), hash(kinds[4]()) == hash(())],
    "a method": lambda point, *_: point(1, 2) + point(3, 4),
    "replaced": lambda _, named, *__: replace(named(1), x=2, name="other"),
    "as a dict": lambda _, named, *__: dataclasses.asdict(named(1)),
    "a copy": lambda point, *_: copy.copy(point(1, 2)),
    "a deep copy": lambda _, named, *__: copy.deepcopy(named(1)),
    "a check": lambda _, named, *__: named(-1),
    "a position for a keyword": lambda _, __, strict, *___: strict(1),
    "an unknown member": lambda point, *_: point(1, z=1),
    "a missing member": lambda point, *_: point(),
    "an assignment": lambda point, *_: setattr(point(1), "x", 2),
    "a deletion": lambda point, *_: delattr(point(1), "x"),
    "no dict": lambda point, *_: hasattr(point(1), "__dict__"),
    "signatures": lambda *kinds: [str(inspect.signature(kind)) for kind in kinds[2:]],
    "patterns": lambda *kinds: [kind.__match_args__ for kind in kinds],
    "members": lambda *kinds: [[member.name for member in fields(kind)] for kind in kinds],
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_class_behaves_as_the_standard_library_has_it(call: Callable[..., object]) -> None:
    """Both make a class with the same members, text, comparison and refusals."""
    assert _outcome(call, OURS) == _outcome(call, THEIRS)


def _outcome(call: Callable[..., object], kinds: tuple[type[Any], ...]) -> tuple[object, str]:
    """Return the text of the result, or the type of the error with the error's text where it is not Python's own."""
    try:
        return None, repr(call(*kinds))
    except FrozenInstanceError as error:
        return FrozenInstanceError, str(error)
    except (TypeError, ValueError) as error:
        return type(error), str(error).partition(".")[2] or str(error)


def test_a_frozen_instance_can_be_pickled() -> None:
    """Pickle restores a frozen instance without checking it again."""
    named = OURS[1](1, marks=[5])
    assert pickle.loads(pickle.dumps(named)) == named


def test_a_default_cannot_be_changed() -> None:
    """A frozen class with a mutable default is refused, as the standard library does."""
    with pytest.raises(ValueError, match="default_factory"):

        @dataclass(frozen=True, slots=True)
        class Shared:
            members: list[int] = []
