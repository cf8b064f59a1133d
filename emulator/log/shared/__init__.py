"""The log of several servers, in PostgreSQL: ``serve --store``."""
