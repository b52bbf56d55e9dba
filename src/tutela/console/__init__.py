"""What people see: tokens, base templates, components, static files, words. No Python beyond template tags."""
