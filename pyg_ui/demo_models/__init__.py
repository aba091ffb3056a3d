"""Two tiny trained checkpoints (`demo-neo`, `demo-j`), and all that made them.

The directories `demo-neo/` and `demo-j/` are what the rest of the project uses. The code beside them writes the
corpus, trains both models from scratch and measures them; nothing imports it while the application runs.
"""
