"""Buttons and pages of the work: a view takes the request, asks a service, and shows or redirects."""
