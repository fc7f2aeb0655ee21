"""The models of a programme and the tables that declare its kinds and attributes."""
