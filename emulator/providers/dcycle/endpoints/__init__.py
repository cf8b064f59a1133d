"""Dcycle's operations: read, ask, reply. The order of the lines is the order in which Dcycle checks things."""
