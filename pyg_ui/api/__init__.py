"""The HTTP API: one FastAPI application with its own error handlers; knows nothing of the page."""
