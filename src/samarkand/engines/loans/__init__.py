"""Loans: dated schedules to the cent, present values, grant elements, costs of borrowing."""
