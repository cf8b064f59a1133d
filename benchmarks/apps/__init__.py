"""Hand-written applications for comparison."""
