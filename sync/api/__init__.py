"""The intake API: what programs send and read, under /api/v1/. Schemas stop at this border."""
