"""``python -m emulator``: the same as ``carbon-emulator``."""

from emulator.cli import main

main()
