"""The call of a session: its place, joining it, and its end."""
