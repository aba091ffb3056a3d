"""The sampling lens: the next token's distribution before and after the sliders."""
