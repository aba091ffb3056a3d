"""The fields that replies are written from: what they show of a chat, and what they say. Panels lay them out."""
