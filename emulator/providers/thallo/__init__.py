"""Thallo: carbon credits in wallets of grams, and their retirement by the gram (docs.market.thallo.io)."""

HOSTS: tuple[str, ...] = ()
"""Its documents name none: it is reached by a base URL that one is given."""
