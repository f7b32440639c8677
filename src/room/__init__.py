"""The live room: the Durable Object of a session and its parts."""
