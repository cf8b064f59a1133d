"""The settings that a user may change while the emulator runs."""

from typing import Literal

from emulator.core.struct import Struct


class Settings(Struct):
    """Settings that users can change: where files are uploaded to.

    ``links`` is the target of addresses in replies: this space of the emulator, or Dcycle's host.
    """

    links: Literal["emulator", "vendor"] = "emulator"
