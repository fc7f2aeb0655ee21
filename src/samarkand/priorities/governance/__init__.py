"""Governance: how projects of a kind came out, what is delivered when and at what cost, and what is published."""
