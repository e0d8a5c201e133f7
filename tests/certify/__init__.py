"""Differential certification: many random deals, judged four ways that must agree (docs/developing.md)."""
