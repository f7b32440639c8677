"""What the host platform hears of its sessions."""
