"""What people make and want back: their chats and characters, in SQLite or PostgreSQL."""
