"""Sources: one folder a vendor. A folder's `SOURCE` is all that the rest of the line sees of it."""
