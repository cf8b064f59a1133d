"""Dcycle's operations, one file a noun: authenticate, read, ask, reply. Their order is that of its checks."""
