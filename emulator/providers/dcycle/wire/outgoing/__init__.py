"""The objects of replies, one file a noun."""
