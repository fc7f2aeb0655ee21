"""What everything leans on: declarations, evidence, lineage, faults, units, the result schema, scenarios."""
