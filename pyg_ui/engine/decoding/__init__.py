"""Token ids to logits: the decoder contract, our own forward pass in `native`, and the one over transformers."""
