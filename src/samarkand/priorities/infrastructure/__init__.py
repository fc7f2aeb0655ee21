"""Infrastructure and connectivity: hours, generalised cost, trade cost and market access."""
