"""Presets: named values of the sliders."""
