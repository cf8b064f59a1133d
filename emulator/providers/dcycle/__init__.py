"""Dcycle: the emissions of an organization by scope, category or month (api.dcycle.io, docs.dcycle.io)."""

HOSTS = ("api.dcycle.io",)

VERSION = 3
"""Counts the changes of the form of the memory and the catalogue."""

LAST_EVENT = None
"""Nothing in the built-in fixture becomes due."""
