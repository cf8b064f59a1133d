"""Carbon Insights: accounts, tokens, and carbon scores of bank transactions (api.carboninsights.co)."""

HOSTS = ("api.carboninsights.co",)

LAST_EVENT = None
"""Nothing in the built-in fixture becomes due."""
