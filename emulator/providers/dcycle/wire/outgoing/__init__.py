"""The objects in replies, one file a noun."""
