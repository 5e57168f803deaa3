"""From a document to an entry in Exact, once, and back."""
