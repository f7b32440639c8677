"""What a session is and what follows from it. Pure: no I/O, no clock, no runtime."""
