"""Talking to zapfloor's API, and reading what it sends by paths that a person can change."""
