"""Mail: its words, the sender, the minute's tick, and the mail service's delivery events."""
