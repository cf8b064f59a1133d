"""Record a run as a bundle without its secrets, and replay it."""
