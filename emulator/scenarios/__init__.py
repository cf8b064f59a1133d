"""Scenarios: spaces with a past, played through the vendors' APIs, for demos and as a starting state of tests."""
