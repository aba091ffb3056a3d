"""Linear layers with fixed weights: unquantised, 8 bit and 4 bit. Knows nothing of models or checkpoints."""
