"""Render: one result document, many views."""
