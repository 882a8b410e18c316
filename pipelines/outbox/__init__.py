"""What is told of stories, each thing once: what is said, whether it may be, and how it gets there."""
