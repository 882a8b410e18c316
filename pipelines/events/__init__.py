"""The pure vocabulary: what an event is, which types exist, how ids are made. Imports nothing of ours."""
