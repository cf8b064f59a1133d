"""Dcycle: the emissions of an organization by scope, category or month (api.dcycle.io, docs.dcycle.io)."""

HOSTS = ("api.dcycle.io",)
