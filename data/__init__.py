"""Builds the embedded world from pinned, hashed packages: ``python -m data [STEP]...``."""
