"""Reads lorebooks in the formats of other programs."""
