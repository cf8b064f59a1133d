"""The fast path for requests in their usual form: msgspec decodes a body or a query straight into what becomes a draft.

Pydantic's models read all others, and report their problems. The fast path therefore accepts less than a model: the
most frequent members, and values that need no conversion. What both accept becomes the same draft.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec

from emulator.core import exact_json
from emulator.core.errors import Malformed
from emulator.core.struct import Struct
from emulator.web.model import Model, Query

M = TypeVar("M", bound=type[Model])
Q = TypeVar("Q", bound=type[Query])
NonEmpty: TypeAlias = Annotated[str, msgspec.Meta(min_length=1)]

FastReader: TypeAlias = Callable[[bytes], Any]
"""Returns the draft of a body or a query; None if the model has to read it."""

NULL = rb"\u0000"
"""The JSON escape of U+0000, which few fields accept."""

PLAIN = bytes(character for character in range(0x21, 0x7F) if character not in b'"%+\\')
"""The characters of a query that mean themselves, in a query and in a JSON string."""

UNUSUAL_NUMBER = re.compile(rb"=(?:-[0-9]|[0-9]+[.eE])")
"""The beginning of a number that msgspec may read otherwise than vendors do: it takes 1e1 for an integer, and -0 for 0.
Some texts begin like it, too."""

fast_readers: dict[type[Model], FastReader] = {}
"""The readers of the models that have a fast path. A model does not inherit one: it may accept less."""


class FastDraft(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """What msgspec decodes. Its fields have the types of the model's, with their bounds as ``msgspec.Meta``."""

    @property
    def draft(self) -> Any:
        """The draft. Raises ValueError or Malformed if the model has to read the request."""
        raise NotImplementedError


class FastBody(FastDraft, frozen=True):
    """A JSON body."""


class FastQuery(FastDraft, frozen=True):
    """A query of texts, integers, truth values and days. A parameter that the model takes as a list comes once."""


def has_fast_body(kind: type[FastBody]) -> Callable[[M], M]:
    """Return a decorator for a model of a body, which registers its fast path."""

    def register(model: M) -> M:
        fast_readers[model] = _reader_of_bodies(kind)
        return model

    return register


def has_fast_query(kind: type[FastQuery]) -> Callable[[Q], Q]:
    """Return a decorator for a model of a query, which registers its fast path."""

    def register(model: Q) -> Q:
        fast_readers[model] = _reader_of_queries(kind, any_repeated=model.repeated is None)
        return model

    return register


def _reader_of_bodies(kind: type[FastBody]) -> FastReader:
    decode = exact_json.decoder(kind)

    def read(body: bytes) -> Any:
        if NULL in body or exact_json.may_be_too_deep(body):
            return None
        try:
            return decode(body).draft
        except (msgspec.DecodeError, ValueError, RecursionError, Malformed):
            return None

    return read


def _reader_of_queries(kind: type[FastQuery], any_repeated: bool) -> FastReader:
    """Return a function that reads a query as a JSON object of texts.

    A parameter without "=", or with two, is no member of one. With ``any_repeated``, the model reads parameters that
    come several times; otherwise, the last one counts.
    """
    decode = msgspec.json.Decoder(kind, strict=False).decode

    def read(query: bytes) -> Any:
        if query.translate(None, PLAIN) or UNUSUAL_NUMBER.search(query):
            return None
        document = b'{"' + query.replace(b"=", b'":"').replace(b"&", b'","') + b'"}'
        try:
            if any_repeated and len(_decode_texts(document)) <= query.count(b"&"):
                return None
            return decode(document).draft
        except (msgspec.DecodeError, ValueError, Malformed):
            return None

    return read


_decode_texts = msgspec.json.Decoder(dict[str, str]).decode
