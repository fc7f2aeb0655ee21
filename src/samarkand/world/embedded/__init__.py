"""The files of the embedded world, and how they are read."""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def read_stored(name: str) -> pa.Table:
    """A parquet file as it is stored, with its metadata. Raises `FileNotFoundError` where it is not embedded."""
    import pyarrow.parquet as pq

    with as_file(files(__name__) / name) as path:
        return pq.read_table(path)


def read_frame(name: str) -> pd.DataFrame:
    """A parquet file as a table. Raises `FileNotFoundError` where it is not embedded."""
    table: pd.DataFrame = read_stored(name).to_pandas()
    return table
