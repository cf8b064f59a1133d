"""The base classes of all models of incoming content."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from emulator.core.cached_property import cached_property


class Model(BaseModel):
    """A frozen model: models that are read from requests are cached and shared between spaces.

    Its validator is built on first use: building all of them would take a fifth of the start.
    """

    model_config = ConfigDict(defer_build=True, frozen=True, ignored_types=(cached_property,))


class Query(Model):
    """The parameters of a query.

    The ``repeated`` ones (None: all of them) are lists of all their values; of the others, the last one counts.
    """

    repeated: ClassVar[tuple[str, ...] | None] = ()
