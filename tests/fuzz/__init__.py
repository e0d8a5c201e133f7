"""Hostile inputs without number: whatever is handed in, the answer is a result, or problems that name their places."""
