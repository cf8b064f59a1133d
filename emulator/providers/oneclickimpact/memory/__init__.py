"""What 1ClickImpact remembers: a catalogue, the same in every space, and the records that requests and time change.

Amounts are in the unit of their kind of impact: pounds of CO2 or waste, trees, US cents, fragments of coral.
"""
