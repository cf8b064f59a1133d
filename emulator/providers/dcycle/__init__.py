"""Dcycle: the emissions of an organization by scope, category or month (api.dcycle.io, docs.dcycle.io)."""

HOSTS = ("api.dcycle.io",)

LAST_EVENT = None
"""Nothing in the built-in fixture becomes due."""
