"""Writes the accounts as whole numbers of thousand US$, balanced exactly, in small Parquet files.

A file has one column, the flattened array, and its labels in the schema's metadata (key ``samarkand``).
Byte-stream splitting puts the high bytes, nearly all zero, beside each other; zstd then finds them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from data.accounts.icio import DECIMALS
from data.accounts.reconstruct import Accounts81

Integers = npt.NDArray[np.int64]
PER_MILLION = 1000  # stored unit: thousand US$


def round_published(values: npt.NDArray[np.float64]) -> Integers:
    """Published US$ million (four decimals) in whole thousand US$, halves up, by integer arithmetic."""
    units = np.rint(values * 10**DECIMALS).astype(np.int64)
    step = 10**DECIMALS // PER_MILLION
    return (units + step // 2) // step


def quantise(accounts: Accounts81) -> tuple[Integers, Integers, Integers, Integers]:
    """The whole system in thousand US$, every balance exact.

    Observed flows and observed gross output are rounded and then left alone. Of each seller, the largest
    final sale takes up what rounding leaves over; where it is too small for that, gross output does (by some
    thousand US$). Value added is output less inputs.

    Returns:
        intermediate, final_demand, gross_output, value_added.

    Raises:
        ValueError: a flow or a value added would be negative.
    """
    observed = accounts.intermediate.shape[0] - 1
    intermediate = np.rint(accounts.intermediate * PER_MILLION).astype(np.int64)
    block = accounts.intermediate[:observed, :, :observed, :]
    intermediate[:observed, :, :observed, :] = round_published(block)
    final = np.rint(accounts.final_demand * PER_MILLION).astype(np.int64)
    output = np.rint(accounts.gross_output * PER_MILLION).astype(np.int64)
    output[:observed] = round_published(accounts.gross_output[:observed])
    largest = final.argmax(axis=2)
    origin, sector = np.indices(largest.shape)
    left_over = output - intermediate.sum(axis=(2, 3)) - final.sum(axis=2)
    taken = np.maximum(left_over, -final[origin, sector, largest])
    final[origin, sector, largest] += taken
    output = output - (left_over - taken)
    value_added = output - intermediate.sum(axis=(0, 1))
    for name, values in (("intermediate", intermediate), ("final", final), ("value added", value_added)):
        if values.min() < 0:
            raise ValueError(f"{name} has a negative cell: {values.min()} thousand US$")
    return intermediate, final, output, value_added


def write_array(path: Path, values: Integers, dims: Sequence[str], coords: dict[str, Sequence[str]]) -> None:
    """Write a labelled array of thousand US$ (``samarkand.world.accounts.read_array`` reads it)."""
    labels = {"dims": list(dims), "coords": {dim: list(coords[dim]) for dim in dims}, "unit": "thousand US$"}
    schema = pa.schema([("value", pa.int64())], metadata={"samarkand": json.dumps(labels)})
    column = pa.array(np.ascontiguousarray(values).ravel())
    pq.write_table(
        pa.table([column], schema=schema),
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=False,
        column_encoding={"value": "BYTE_STREAM_SPLIT"},
        data_page_size=1 << 28,
        row_group_size=values.size,
        write_statistics=False,
        store_schema=True,
    )
