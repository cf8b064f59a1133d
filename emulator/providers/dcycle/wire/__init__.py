"""Dcycle's JSON: what comes in, and what goes out (docs.dcycle.io)."""
