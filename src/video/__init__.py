"""The call of a session: where it is held, how people join it, and how it ends."""
