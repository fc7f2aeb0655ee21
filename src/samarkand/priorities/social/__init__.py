"""Social development: what reaches people, who is left out, and who is poor."""
