"""Recordings: the queue's consumer, the copy from a provider to R2, and their sources."""
