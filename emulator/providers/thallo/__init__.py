"""Thallo: carbon credits in wallets counted in grams, and their retirement by the gram (docs.market.thallo.io)."""

HOSTS: tuple[str, ...] = ()
"""The documents name no host: clients are given a base URL."""
