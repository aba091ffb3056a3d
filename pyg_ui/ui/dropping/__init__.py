"""Files that are dropped anywhere on the page."""
