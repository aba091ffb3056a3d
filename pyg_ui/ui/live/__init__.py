"""Replies on their way: they belong to the process and to their chat, and every page that shows the chat follows them."""
