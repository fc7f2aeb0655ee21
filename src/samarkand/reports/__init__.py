"""Writes and draws what was computed; computes nothing that is not already in the results."""
