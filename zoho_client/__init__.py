"""The client of Zoho CRM. Not written yet: this version links and books, without Zoho."""
