"""Presets: named slider positions."""
