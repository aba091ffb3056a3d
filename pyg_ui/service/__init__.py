"""What a person can do in a chat: say something and get a reply, have it written anew, continued or repeated.

The one place where the dialogue and the engine meet: a chat becomes a prompt within the model's context, the
engine's chunks become a growing text. Refuses to know the page and the API: it hands out chats and replies, whoever
shows them decides how often. It keeps no chat itself.
"""
