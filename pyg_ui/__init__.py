"""Pygmalion UI: a web page, an engine and an HTTP API for the Pygmalion dialogue models."""

__version__ = "0.1.0"
