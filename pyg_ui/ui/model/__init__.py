"""The model panel: which checkpoint serves, and which others can be loaded."""
