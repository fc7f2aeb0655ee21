"""Estimates the accounts of economies that the observed input-output table does not have.

`system.estimate` is the way from facts to balanced accounts, `holdout` deletes observed economies and tells how
well it does. docs/accounts.md describes the method.
"""
