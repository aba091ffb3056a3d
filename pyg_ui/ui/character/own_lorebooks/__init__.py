"""The lorebooks that a person keeps for any chat."""
