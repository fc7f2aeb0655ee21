"""Debt dynamics: capacity, stress tests, residual financing, breaches and fans. Arrays in, arrays out."""
