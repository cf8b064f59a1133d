"""How fast the emulator is, how much it needs, and what that is worth: beside others, in the same minutes, on one core.

``make bench`` measures; ``make bench-peers`` first installs the others that are measured beside it.
"""
