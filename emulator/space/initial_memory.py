"""What a vendor remembers at first, of which every space gets a copy."""

import pickle
from copy import copy
from io import BytesIO
from typing import Any

from msgspec.structs import astuple

from emulator.core.struct import Struct


class InitialMemory:
    """A memory whose copies share its frozen records: they cost a fraction of those of ``deepcopy``.

    ``records`` are the frozen records. Their members are immutable, too, which the tests verify. A copy is not checked
    again, as a new memory is.
    """

    def __init__(self, memory: Struct) -> None:
        written = BytesIO()
        pickler = _Pickler(written, pickle.HIGHEST_PROTOCOL)
        pickler.dump(astuple(memory))
        self._memory = memory
        self._content = written.getvalue()
        self.records = tuple(pickler.records)

    def copy(self) -> Any:
        """Return a copy that can be changed without changing another."""
        memory = copy(self._memory)
        for name, part in zip(memory.__struct_fields__, _Unpickler(self._content, self.records).load(), strict=True):
            setattr(memory, name, part)
        return memory


class _Pickler(pickle.Pickler):
    """Refers to frozen records by their positions in ``records``."""

    def __init__(self, file: BytesIO, protocol: int) -> None:
        super().__init__(file, protocol)
        self.records: list[object] = []

    def persistent_id(self, part: object) -> int | None:
        if not is_frozen(type(part)):
            return None
        self.records.append(part)
        return len(self.records) - 1


class _Unpickler(pickle.Unpickler):
    def __init__(self, content: bytes, records: tuple[object, ...]) -> None:
        super().__init__(BytesIO(content))
        self.persistent_load = records.__getitem__  # type: ignore[method-assign]


def is_frozen(kind: type) -> bool:
    """Return whether a class is a frozen struct."""
    return issubclass(kind, Struct) and kind.__struct_config__.frozen
