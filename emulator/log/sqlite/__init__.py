"""The log of one server, in a directory: ``serve --data``."""
