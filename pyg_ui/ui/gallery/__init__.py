"""The gallery of characters."""
