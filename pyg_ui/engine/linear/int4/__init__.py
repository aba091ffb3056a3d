"""Linear layers in 4 bit on processors: by our compiled kernel, or by torch's operator."""
