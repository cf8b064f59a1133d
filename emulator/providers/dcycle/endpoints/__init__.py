"""Dcycle's operations, one file a noun. Each authenticates, reads, calls the backend and replies, in this order."""
