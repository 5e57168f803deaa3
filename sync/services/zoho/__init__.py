"""Zoho CRM and Exact Online, kept equal: read, paired, chosen, merged, written."""
