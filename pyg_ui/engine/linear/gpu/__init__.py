"""Linear layers with quantised weights on GPUs."""
