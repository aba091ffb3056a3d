"""An engine on another server, reached by OpenAI's completions API. Imports no torch."""
