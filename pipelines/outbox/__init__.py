"""Comments on tickets, each exactly once: what is said, whether it may be, and how it gets there."""
