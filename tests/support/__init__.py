"""Test support: clients, checks and data that tests share."""
