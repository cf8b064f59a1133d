"""The control API, below ``/_emulator``: what a test commands and asks of its space. No vendor's business."""

from emulator.control.app import Control

__all__ = ["Control"]
