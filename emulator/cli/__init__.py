"""The command line: ``carbon-emulator``."""
