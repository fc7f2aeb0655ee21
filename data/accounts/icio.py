"""Recovers the published inter-country input-output table from the package that carries it.

The package keeps, for 80 economies i and 50 industries, the input coefficients A (columns add up to one), the
share of intermediate inputs in output ``omb`` and the published gross output ``go``. Published flows are

    flow[i, j] = A[i, j] * omb[j] * go[j]

and are given with four decimals (US$ million). Two columns had their ``omb`` cut to 0.98 by the package;
their inputs follow from the row totals, because ``z = go - sum of intermediate sales`` was stored before
the cut. (With the package's own solved output ``s`` in place of ``go`` the flows would be off by up to 1.6
per cent.) That the result is the published table shows in itself: each of 16 million cells has four
decimals to 1e-9.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from data import fetch
from samarkand.world.accounts.estimation.evidence import DECIMALS, ObservedTable

PACKAGE = "sanction-simulator"
YEAR = 2022
_CUT = 0.98

Floats = npt.NDArray[np.float64]


def recover_flows(
    coefficients: Floats, input_share: Floats, gross_output: Floats, other_sales: Floats
) -> Floats:
    """Published flows ``A[i, j] * inputs[j]``, with the inputs of cut columns solved from the row totals.

    Args:
        coefficients: ``A[i, j]``, columns add up to one (or zero).
        input_share: ``omb[j]``, cut at 0.98.
        gross_output: ``go[j]``.
        other_sales: ``z[i] = go[i] - sum_j flow[i, j]``.

    Raises:
        ValueError: flows and row totals disagree by more than 1e-6, or cells have more than four decimals.
    """
    inputs = input_share * gross_output
    cut = np.flatnonzero(input_share >= _CUT - 1e-12)
    missing = gross_output - other_sales - coefficients @ inputs
    if cut.size:
        inputs[cut] += np.linalg.lstsq(coefficients[:, cut], missing, rcond=None)[0]
    flows = coefficients * inputs[None, :]
    rounded = np.round(flows, DECIMALS)
    if np.abs(flows - rounded).max() > 1e-7:
        raise ValueError("recovered flows are not the published ones: more than four decimals")
    if np.abs(gross_output - other_sales - rounded.sum(axis=1)).max() > 1e-6:
        raise ValueError("recovered flows do not add up to the published row totals")
    return rounded


def read_icio() -> ObservedTable:
    """The published table at its own 50 industries."""
    with np.load(fetch.member(PACKAGE, "data/bench_cache.npz"), allow_pickle=False) as stored:
        economies = tuple(str(code) for code in stored["countries"])
        industries = tuple(str(code) for code in stored["sectors"])
        gross_output = np.asarray(stored["go"])
        flows = recover_flows(stored["A"], stored["omb"], gross_output, stored["z"])
    n, s = len(economies), len(industries)
    # The package orders by industry first: position = industry * 80 + economy.
    table = flows.reshape(s, n, s, n).transpose(1, 0, 3, 2)
    return ObservedTable(economies, industries, table, gross_output.reshape(s, n).T)


def aggregate(table: ObservedTable, sectors: Sequence[tuple[str, Sequence[str]]]) -> ObservedTable:
    """Add industries up to sectors.

    Args:
        table: at its own industries.
        sectors: code and industries of each sector; every industry must stand in exactly one.

    Raises:
        ValueError: an industry is missing, repeated or unknown.
    """
    listed = [industry for _, industries in sectors for industry in industries]
    if sorted(listed) != sorted(table.sectors):
        raise ValueError("each industry of the table must stand in exactly one sector")
    summing = np.zeros((len(sectors), len(table.sectors)))
    for row, (_, industries) in enumerate(sectors):
        summing[row, [table.sectors.index(industry) for industry in industries]] = 1.0
    flows = np.tensordot(summing, table.intermediate, axes=(1, 1))  # sector, origin, destination, industry
    flows = np.tensordot(flows, summing, axes=(3, 1)).transpose(1, 0, 2, 3)
    return ObservedTable(
        economies=table.economies,
        sectors=tuple(code for code, _ in sectors),
        intermediate=np.round(flows, DECIMALS),
        gross_output=np.round(table.gross_output @ summing.T, DECIMALS),
    )
