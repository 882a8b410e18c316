"""What is told of a story on its ticket: facts, the words for them, and a guard over whoever else words them. Pure."""
