"""Who somebody is: the platform's tokens, our own links, and who may open a session."""
