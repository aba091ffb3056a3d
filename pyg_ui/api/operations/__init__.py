"""Routes for those who run the server: probes, metrics and the documentation."""
