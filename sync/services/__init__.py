"""The verbs: every change of rows begins in one of these files."""
