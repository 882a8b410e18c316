"""Begins the folder of another source: `make new-source NAME=x`. What is left to do is its mapping."""
