"""A storm: many clients at once, well-behaved and not, in many spaces, with faults, resets and jumps of the clock.

``make soak`` lets it blow for minutes, ``tests/test_soak.py`` for seconds. What was acknowledged must be there,
nothing twice; no 5xx comes unasked; memory, open connections and the time of an answer come back to where they were.
"""
