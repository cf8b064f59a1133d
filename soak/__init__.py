"""Load tests with many clients at once, well-behaved and not, in many spaces, with faults, resets and clock changes.

``make soak`` runs for minutes, ``tests/test_soak.py`` for seconds. Acknowledged writes must exist once; no 5xx occurs
without a fault; memory, open connections and response times return to their initial values.
"""
