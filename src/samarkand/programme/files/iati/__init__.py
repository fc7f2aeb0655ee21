"""Activities of the International Aid Transparency Initiative (IATI 2.03): read, and drafted as items."""
