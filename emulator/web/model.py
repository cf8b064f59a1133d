"""What all our models of what comes in have in common."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A model whose validator is built when it is first needed: to build all of them would be a fifth of a start."""

    model_config = ConfigDict(defer_build=True)
