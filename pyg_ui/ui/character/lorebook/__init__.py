"""The lorebook editor of the character panel."""
