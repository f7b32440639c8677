"""One module for each group of routes. A handler parses, calls one use case and answers."""
