"""What one system demands of a new record and the other doesn't."""
