"""Capabilities, one Django app each, with the same file names in each.

models (tables) · rules (pure decisions) · services (verbs, one transaction each) · public (what other apps may call) ·
api (JSON routes) · pages (HTML views) · tasks (background work) · store (raw SQL, if any) · templates · migrations.
Apps meet only through each other's `public.py`.
"""
