"""The steps of the migration, in their order."""
