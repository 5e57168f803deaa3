"""Both sides are told."""
