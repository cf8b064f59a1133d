"""Dcycle's JSON: the models of what comes in, and the objects that go out (docs.dcycle.io)."""
