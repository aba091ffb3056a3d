"""The engine: token ids in, token ids and text out, for several people at once. It knows no characters and no HTTP.

Importing this package, or one of the modules beside its folders, does not import torch: the page opens and the API
answers before torch is imported.
"""
