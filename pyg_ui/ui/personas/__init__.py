"""Who the person is in a chat, and the personas that they keep."""
