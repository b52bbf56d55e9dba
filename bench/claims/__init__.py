"""The claims, a module an issue."""
