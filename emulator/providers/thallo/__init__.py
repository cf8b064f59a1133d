"""Thallo: carbon credits in wallets of grams, and their retirement by the gram (docs.market.thallo.io)."""
