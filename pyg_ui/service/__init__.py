"""What a person can do in a chat: get a reply, regenerate, continue or repeat it, and compare replies.

It connects the dialogue with the engine: a chat becomes a prompt within the model's context, and the engine's chunks
become a growing text. Knows neither the page nor the API, and keeps no chat.
"""
