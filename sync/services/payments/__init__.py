"""What customers paid, and what is told of it."""
