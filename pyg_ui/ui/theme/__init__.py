"""The page's theme: colours, type, style sheets and scripts."""
