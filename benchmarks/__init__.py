"""What is measured, and never tested: `python -m benchmarks` (docs/developing.md)."""
