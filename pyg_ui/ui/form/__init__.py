"""Fills the fields that replies are written from, and reads them. The panels lay them out."""
