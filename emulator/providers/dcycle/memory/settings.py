"""The settings that a user may change while the emulator runs."""

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True)
class Settings:
    """Settings that users can change: where files are uploaded to.

    ``links`` is the target of addresses in replies: this space of the emulator, or Dcycle's host.
    """

    links: Literal["emulator", "vendor"] = "emulator"
