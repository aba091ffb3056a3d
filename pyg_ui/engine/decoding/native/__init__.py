"""Our own forward pass for GPT-Neo and GPT-J, and the decoder over it."""
