"""The base class of all models of incoming content."""

from pydantic import BaseModel, ConfigDict

from emulator.core.cached_property import cached_property


class Model(BaseModel):
    """A frozen model: models that are read from requests are cached and shared between spaces.

    Its validator is built on first use: building all of them would take a fifth of the start.
    """

    model_config = ConfigDict(defer_build=True, frozen=True, ignored_types=(cached_property,))
