"""What the division's books offer, and what an administrator chose of it."""
