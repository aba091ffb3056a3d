"""One prompt, two settings, their replies side by side."""
