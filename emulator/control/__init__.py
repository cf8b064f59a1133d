"""The control API, below ``/_emulator``: what a test changes and reads in its space."""
