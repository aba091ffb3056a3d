"""Replies on their way belong to the process and their chat; every page that shows the chat follows them."""
