"""Sampling presets: the built-in ones, and the preset files of other programs."""
