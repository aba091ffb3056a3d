"""The sampling panel: a slider for each parameter."""
