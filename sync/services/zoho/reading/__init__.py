"""Both sides are read into our copies."""
