"""Dagster, and Dagster alone: what the rest of the project does, as assets that a person can see and start."""
