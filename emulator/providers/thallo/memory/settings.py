"""The settings that a user may change while the emulator runs."""

from typing import Literal

from emulator.core.struct import Struct


class Settings(Struct):
    """Settings that users can change: whether the invoices of the current month take purchases.

    ``links`` is the target of links to certificates: the emulator's own pages, or an address like Thallo's.
    """

    invoices_live: bool = True
    links: Literal["emulator", "vendor"] = "emulator"
