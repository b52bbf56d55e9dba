"""The place where things are put together."""
