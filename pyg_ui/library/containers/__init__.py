"""Opens files: PNG, WebP, JPEG, zip archives, JSON and YAML. It does not know what their contents mean."""
