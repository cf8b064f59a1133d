"""A space: an isolated world with its own providers' state, clock, identifiers, faults, journal and outbox."""
