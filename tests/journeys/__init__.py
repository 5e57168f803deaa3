"""Each journey once, whole, in a real browser against real processes."""
