"""What we ask Exact about parties, goods and invoices: the groups of which ExactClient is made."""
