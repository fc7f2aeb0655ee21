"""Errors raised when accounts, a shock or a solution do not make sense."""

from __future__ import annotations


class EquilibriumError(ValueError):
    """The accounts, the shock or the solution does not make sense; the message says where and why.

    `economy` and `sector` name the place where one is to blame, and are empty otherwise.
    """

    def __init__(self, message: str, *, economy: str = "", sector: str = "") -> None:
        super().__init__(message)
        self.economy = economy
        self.sector = sector
