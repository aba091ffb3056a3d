"""The Gradio page: one folder for each panel, with layout, handlers and wiring."""

from pyg_ui.ui.quick_import import import_gradio

import_gradio()
