"""Control a space from Python: handles, an in-memory transport, an embedded server."""
