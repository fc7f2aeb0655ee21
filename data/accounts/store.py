"""Writes the accounts as whole numbers in small Parquet files, so that every balance is exact when they are read.

Money is in whole thousand US$. A file has one column, the flattened array, and its labels in the schema's
metadata (key ``samarkand``); nothing in it tells which library wrote it. Byte-stream splitting puts the high bytes,
nearly all zero, beside each other; zstd then finds them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from samarkand.world.accounts.estimation.evidence import DECIMALS, ObservedTable
from samarkand.world.accounts.estimation.system import Estimate

Integers = npt.NDArray[np.int64]
PER_MILLION = 1000  # stored unit: thousand US$
PER_SHARE = 1_000_000  # shares of use are stored as millionths
DIGITS = 6  # significant digits of an estimated flow
SMALLEST = 5  # thousand US$: smaller estimated flows between economies are added to the seller's largest


@dataclass(frozen=True)
class Stored:
    """The whole system in stored units: thousand US$ and millionths. Shapes as in `Estimate`."""

    intermediate: Integers
    flow: Integers
    use_share: Integers
    gross_output: Integers


def round_published(values: npt.NDArray[np.float64]) -> Integers:
    """Published US$ million (four decimals) in whole thousand US$, halves up, by integer arithmetic."""
    units = np.rint(values * 10**DECIMALS).astype(np.int64)
    step = 10**DECIMALS // PER_MILLION
    return (units + step // 2) // step


def round_digits(values: npt.NDArray[np.float64], digits: int = DIGITS) -> Integers:
    """Whole numbers of at most so many significant digits."""
    size = np.floor(np.log10(np.maximum(np.abs(values), 1.0))).astype(np.int64)
    step = 10.0 ** np.maximum(size - digits + 1, 0)
    return (np.rint(values / step) * step).astype(np.int64)


def quantise(table: ObservedTable, made: Estimate) -> Stored:
    """The whole system in stored units.

    Observed flows and observed gross output are rounded and then left alone. Estimated flows are rounded to six
    digits, those under `SMALLEST` dropped; of each seller, the largest sale that is estimated takes up what is
    left over, within the observed economies where the seller is observed, abroad where it is not. Output of an
    estimated economy is the sum of its sales.

    Raises:
        ValueError: a flow or a value added would be negative.
    """
    o = made.observed
    intermediate = round_published(table.intermediate)
    thousands = made.flow * PER_MILLION
    flow = round_digits(thousands)
    size = flow.shape[0]
    home = np.zeros(flow.shape, dtype=bool)
    home[np.arange(size), :, np.arange(size)] = True
    small = (flow < SMALLEST) & ~home
    small[:o, :, :o] = False
    flow[small] = 0
    output = np.zeros(made.use_share.shape[:2], dtype=np.int64)
    output[:o] = round_published(table.gross_output)
    # Observed sellers: what they sell is known, the largest final sale takes up the rest.
    left_over = output[:o] - intermediate.sum(axis=(2, 3)) - flow[:o].sum(axis=2)
    largest = flow[:o, :, :o].argmax(axis=2)
    origin, sector = np.indices(largest.shape)
    taken = np.maximum(left_over, -flow[origin, sector, largest])
    flow[origin, sector, largest] += taken
    output[:o] -= left_over - taken
    # Estimated sellers: what dropping took from exports goes to the largest buyer abroad, at home where none is left.
    abroad = np.where(home, 0, flow)[o:]
    wanted = np.where(home, 0.0, thousands)[o:].sum(axis=2)
    largest = abroad.argmax(axis=2)
    origin, sector = np.indices(largest.shape)
    largest = np.where(abroad.max(axis=2) > 0, largest, o + origin)
    flow[o + origin, sector, largest] += np.rint(wanted).astype(np.int64) - abroad.sum(axis=2)
    output[o:] = flow[o:].sum(axis=2)
    shares = np.rint(made.use_share * PER_SHARE).astype(np.int64)
    largest = shares.argmax(axis=2)
    economy, sector = np.indices(largest.shape)
    shares[economy, sector, largest] += PER_SHARE - shares.sum(axis=2)
    stored = Stored(intermediate, flow, shares, output)
    added = calc_value_added(stored, o)
    for name, values in (("flow", flow), ("use share", shares), ("value added", added)):
        if values.min() < 0:
            where = np.unravel_index(int(values.argmin()), values.shape)
            raise ValueError(f"{name} has a negative cell: {values.min()} at {where}")
    return stored


def calc_value_added(stored: Stored, observed: int) -> npt.NDArray[np.float64]:
    """Output less inputs, thousand US$, by economy and sector."""
    flow = stored.flow.astype(float)
    flow[:observed, :, :observed] = 0.0
    bought = flow.sum(axis=0)  # sector, destination
    inputs = np.einsum("sn,nsk->nk", bought, stored.use_share[:, :, :-1] / PER_SHARE)
    inputs[:observed] += stored.intermediate.sum(axis=(0, 1))
    return stored.gross_output - inputs


def write_array(
    path: Path, values: Integers, dims: Sequence[str], coords: dict[str, Sequence[str]], unit: str
) -> None:
    """Write a labelled array of whole numbers (``samarkand.world.accounts.tables.read_array`` reads it)."""
    labels = {"dims": list(dims), "coords": {dim: list(coords[dim]) for dim in dims}, "unit": unit}
    schema = pa.schema([("value", pa.int64())], metadata={"samarkand": json.dumps(labels)})
    column = pa.array(np.ascontiguousarray(values).ravel())
    _write(
        pa.table([column], schema=schema), path, use_dictionary=False,
        column_encoding={"value": "BYTE_STREAM_SPLIT"}, data_page_size=1 << 28, row_group_size=values.size,
    )  # fmt: skip


def write_frame(path: Path, frame: pd.DataFrame) -> None:
    """Write a table without the version of the library that made it."""
    _write(pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None), path)


def _write(table: pa.Table, path: Path, **options: object) -> None:
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=19,
        write_statistics=False,
        store_schema=True,
        **options,
    )
