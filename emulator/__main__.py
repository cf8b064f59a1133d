"""``python -m emulator``: the same as ``carbon-emulator``."""

from emulator.cli.app import main

main()
