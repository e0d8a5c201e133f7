"""A rule-engine advisor for qualifying major B2B deals: the verdict with its argument."""

__version__ = "0.1.0"
