"""Sessions: booking, another time, closing of overdue ones, feedback, and their outcome."""
