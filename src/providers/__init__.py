"""Other people's services behind our own interfaces: video calls and mail."""
