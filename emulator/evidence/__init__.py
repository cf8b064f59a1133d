"""The contracts, and what each behavior rests on."""
