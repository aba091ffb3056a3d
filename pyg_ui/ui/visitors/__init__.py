"""What visitors may ask of Gradio: which of its routes are open, and how files come in."""
