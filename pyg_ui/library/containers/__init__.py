"""What a file is outside: PNG, WebP, CharX, YAML, JSON. Knows nothing of what the content means."""
