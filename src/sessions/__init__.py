"""Use cases of a session: booking, moving, closing, its feedback and its outcome."""
