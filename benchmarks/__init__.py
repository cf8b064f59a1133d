"""Measure the emulator's speed and costs, beside other servers, in the same minutes, on one core.

``make bench`` measures; ``make bench-peers`` first installs the other servers.
"""
