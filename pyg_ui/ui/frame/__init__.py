"""What stands around the panels: the brand, the menu, the bar of a phone, and sheets."""
