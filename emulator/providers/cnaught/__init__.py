"""CNaught: carbon credit orders, quotes, subaccounts and impact (api.cnaught.com, docs.cnaught.com)."""

HOSTS = ("api.cnaught.com", "api-stage.cnaught.com")
