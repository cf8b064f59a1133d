"""What CNaught remembers: a catalogue, the same in every space, and the records that requests and the clock change.

Masses are kilograms and prices are US cents; a unit price is cents per kilogram.
"""
