"""Zoho CRM and Exact Online, both ways: pure decisions, values in, a value out."""
