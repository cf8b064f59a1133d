"""Durable spaces: every change of a space is an entry that is stored before it is applied, and applied before it is
answered.
"""
