"""The chats panel: the chats that are saved."""
