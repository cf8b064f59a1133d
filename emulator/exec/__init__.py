"""Run a command whose requests to the vendors' production hosts are answered by the emulator."""
