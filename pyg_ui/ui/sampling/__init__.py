"""The sampling panel: a slider for each parameter, presets of them, and the lens."""
