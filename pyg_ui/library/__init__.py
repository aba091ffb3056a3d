"""What is kept on disk, and the formats of other programs."""
