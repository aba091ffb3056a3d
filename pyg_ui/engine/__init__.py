"""The engine: token ids in, token ids and text out, for everybody at once. It knows no characters and no HTTP.

Importing this package, or `parameters`, `generation`, `catalog` and `manager` in it, does not import torch:
the page and the API describe themselves before the model library has loaded.
"""
