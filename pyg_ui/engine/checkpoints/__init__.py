"""From a source to verified weights, a tokenizer and the cache of quantised weights."""
