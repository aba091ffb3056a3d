"""The domain: characters, chats and prompts. Standard library only; knows neither torch nor Gradio."""
