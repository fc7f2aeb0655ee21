"""Answers to the question that somebody has: one economy, one item, two variants, and why.

Functions that take what was appraised and give a page (`priorities.faces.Page`): the command line and the report draw
the same one.
"""
