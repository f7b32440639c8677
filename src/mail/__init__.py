"""Mail: what is due, its words, how it is sent, and what became of it."""
