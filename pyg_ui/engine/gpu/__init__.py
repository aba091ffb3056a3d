"""What is peculiar to GPUs: their memory, and recording what they compute."""
