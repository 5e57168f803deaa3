"""Everything we know of Zoho CRM: how to be let in, ask, tell, and understand its answers."""
