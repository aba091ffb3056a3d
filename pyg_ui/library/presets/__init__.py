"""Sampling presets: those that come with the program, and preset files of other programs."""
