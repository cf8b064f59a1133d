"""Several nodes on one PostgreSQL with a synchronous standby: kill, pause and cut off each of them, and compare."""
