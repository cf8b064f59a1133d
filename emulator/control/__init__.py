"""The control API, below ``/_emulator``: what a test commands and reads of its space."""
