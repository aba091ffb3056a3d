"""The model as a plain text generator."""
