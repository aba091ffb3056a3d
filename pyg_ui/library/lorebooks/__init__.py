"""Lorebooks in the formats of other programs."""
