"""The compiled rules, exported to other rule engines."""
