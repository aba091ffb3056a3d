"""What visitors may ask of Gradio: which of its routes are open, whose page is whose, and how files come in."""
