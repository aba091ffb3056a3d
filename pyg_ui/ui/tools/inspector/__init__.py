"""The exact prompt that the model reads next."""
