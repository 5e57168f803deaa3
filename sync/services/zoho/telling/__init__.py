"""What the sides tell us of changes, and what we tell people."""
