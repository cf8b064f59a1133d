"""Thallo's JSON: what comes in, and what goes out (docs.market.thallo.io)."""
