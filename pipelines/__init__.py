"""Storyline: one append-only log of events, and what is computed from it."""
