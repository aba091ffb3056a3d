"""The panel of kept chats."""
