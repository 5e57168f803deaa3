"""Which copies are the same thing, and which of the others cross."""
