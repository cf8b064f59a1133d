"""What Thallo remembers: a catalogue, the same in every space, and the records that requests and the clock change.

Credits are whole grams, 1,000,000 to the tonne; prices are whole US cents per tonne. JSON has both as text.
"""
