"""The pages of the emulator, which are clients of its control API."""
