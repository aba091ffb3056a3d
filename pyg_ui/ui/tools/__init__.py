"""The tools: prompt inspector, comparison of settings, free text."""
