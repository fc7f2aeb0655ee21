"""Builds the economies and the world's input-output accounts of the embedded world."""
