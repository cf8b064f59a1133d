"""The contracts, and the evidence for each behavior."""
