"""The endpoints for programs that call the page through Gradio, such as `gradio_client`."""
