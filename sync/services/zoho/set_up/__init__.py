"""The set-up: terms, users, modules, our fields, taxes, and the start."""
