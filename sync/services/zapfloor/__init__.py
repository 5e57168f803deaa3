"""Documents fetched from zapfloor's API."""
