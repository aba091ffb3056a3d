"""The parts of the sampler: one request's state, the tokens in play, penalties and truncations."""
