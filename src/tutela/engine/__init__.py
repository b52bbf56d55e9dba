"""The library: computing only. No database, no web framework, no network."""
