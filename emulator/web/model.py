"""The base of all models of what comes in."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A frozen model: one that was read from a request is cached and shared between spaces.

    Its validator is built on first use: building all of them would take a fifth of the start.
    """

    model_config = ConfigDict(defer_build=True, frozen=True)
