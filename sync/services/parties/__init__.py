"""Customers and accounts: mirrored, matched, linked."""
