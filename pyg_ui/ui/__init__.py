"""The Gradio page: one module a panel, handlers as plain functions."""

from pyg_ui.ui.quick_import import import_gradio

import_gradio()
