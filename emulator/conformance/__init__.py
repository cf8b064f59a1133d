"""Compare the emulator's contracts and rules with another server: the real vendor, or a recording of it."""
