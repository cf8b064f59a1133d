"""What the emulator is measured against, where that is an application of our own."""
