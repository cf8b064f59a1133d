"""Carbon Insights: accounts, tokens, and carbon scores of bank transactions (api.carboninsights.co)."""

HOSTS = ("api.carboninsights.co",)

VERSION = 2
"""Counts the changes of the form of the memory and the catalogue."""

LAST_EVENT = None
"""Nothing in the built-in fixture becomes due."""
