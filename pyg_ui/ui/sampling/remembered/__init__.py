"""Settings that last: where they are kept, and the controls that tie them to a character or a chat."""
