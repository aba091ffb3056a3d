"""What a session knows of its chat: where it is stored, and the reply on its way."""
