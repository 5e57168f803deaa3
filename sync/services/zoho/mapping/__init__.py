"""Field mappings: what they are, whether they can work, and what they do to a real record."""
