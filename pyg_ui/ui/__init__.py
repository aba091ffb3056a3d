"""The Gradio page: one module a panel, handlers as plain functions."""
