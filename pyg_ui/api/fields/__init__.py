"""The fields of JSON requests: how a dialect declares them, and how they are read, checked and documented."""
