"""Character cards: every format of the field in, Tavern's and Pygmalion's out."""
