"""Character cards: reads every known format, and writes Tavern's and Pygmalion's."""
