"""Validate: what can be wrong with a loaded rule base, one module a kind of check."""
