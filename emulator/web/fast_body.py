"""The fast path for JSON bodies in their usual form: msgspec decodes them straight into what becomes a draft.

Pydantic's models read all others, and report their problems. A fast body therefore accepts less than its model: the
most frequent members, and values that need no conversion. What both accept becomes the same draft.
"""

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

import msgspec

from emulator.core import exact_json
from emulator.core.struct import Struct
from emulator.web.model import Model

M = TypeVar("M", bound=type[Model])
FastReader: TypeAlias = Callable[[bytes], Any]
"""Returns the draft of a body; None if the model has to read it."""

NULL = rb"\u0000"
"""The JSON escape of U+0000, which few fields accept."""

fast_readers: dict[type[Model], FastReader] = {}
"""The readers of the models that have a fast body. A model does not inherit one: it may accept less."""


class FastBody(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A body that msgspec decodes. Its fields have the types of the model's, with their bounds as ``msgspec.Meta``."""

    @property
    def draft(self) -> Any:
        """The draft. Raises ValueError if the model has to read the body."""
        raise NotImplementedError


def has_fast_body(kind: type[FastBody]) -> Callable[[M], M]:
    """Return a decorator for a model, which registers its fast body."""

    def register(model: M) -> M:
        fast_readers[model] = fast_reader(kind)
        return model

    return register


def fast_reader(kind: type[FastBody]) -> FastReader:
    """Return a function that reads a body by its fast path."""
    decode = exact_json.decoder(kind)

    def read(body: bytes) -> Any:
        if NULL in body or exact_json.may_be_too_deep(body):
            return None
        try:
            return decode(body).draft
        except (msgspec.DecodeError, ValueError, RecursionError):
            return None

    return read
