"""Dcycle's JSON (docs.dcycle.io)."""
