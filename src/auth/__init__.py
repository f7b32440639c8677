"""Identity: the platform's tokens, our own links, and access to a session."""
