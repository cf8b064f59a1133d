"""What Carbon Insights remembers: a catalogue, the same in every space, and the records that requests change.

Amounts are US dollars. Emissions are kilograms per dollar here and metric tonnes in replies. All are IEEE doubles.
"""
