"""The basis of all other packages: declarations, evidence, lineage, faults, units, the result schema, scenarios."""
