"""What 1ClickImpact remembers: a catalogue, the same in every space, and the records that requests and time change."""
