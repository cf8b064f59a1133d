"""What Dcycle remembers: a catalogue, the same in every space, and the records of organizations.

Masses of CO2e are whole grams: a thousandth of the vendor's kilogram and a millionth of its tonne, so sums are exact.
"""
