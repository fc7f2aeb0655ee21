"""Social development: what reaches people, and who is left out."""
