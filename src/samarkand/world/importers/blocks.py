"""Wide tables of numbers, read in blocks of rows: of published input-output tables, of some gigabytes.

Plain numbers go the fast way of pyarrow. From the block on whose cells are not all plain, the file is read as text by
the reader of numbers that all importers have, which reads it or says why not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc

from samarkand.core.conventions import Floats
from samarkand.world.importers.frame import Import
from samarkand.world.importers.tables import BROKEN, FETCH_AGAIN, check_file, open_member, read_chunks

_BLOCK = 32 << 20
_ROWS = 100  # rows of text at a time


def read_blocks(
    task: Import,
    path: Path,
    names: Sequence[str],
    *,
    sep: str = ",",
    headed: bool = True,
    labelled: bool = True,
) -> Iterator[tuple[list[str], Floats]]:
    """Labels and numbers of rows, in blocks; a fault, and no more rows, where the file is not a regular table.

    names: of all columns; `headed`: they stand in the first line; `labelled`: the first column is a label. Empty cells
    are zero.
    """
    place = str(path)
    if not check_file(path, task.faults):
        return
    if len(set(names)) < len(names):
        task.fault(place, "names a column twice", FETCH_AGAIN)
        return
    first = 1 if labelled else 0
    rows = 0
    try:
        for batch in _batches(task, path, names, sep, headed, first):
            values = _plain(batch, first)
            if values is None:
                break
            labels = [str(cell).strip() for cell in batch.column(0).to_pylist()] if labelled else []
            rows += batch.num_rows
            yield labels, values
        else:
            if rows == 0:
                task.fault(place, "has a header and no rows", FETCH_AGAIN)
            return
    except BROKEN:
        task.fault(place, "is a damaged archive, or cut short", FETCH_AGAIN)
        return
    except pa.ArrowInvalid as error:
        words = str(error)
        if "conversion error" not in words:
            cut = "Expected" in words and "columns" in words
            short = "is cut short, or a row has not as many cells as the header"
            task.fault(place, short if cut else f"cannot be read: {words[:160]}", FETCH_AGAIN)
            return
    yield from _as_text(task, path, names, sep, headed, first, rows)


def _batches(
    task: Import, path: Path, names: Sequence[str], sep: str, headed: bool, first: int
) -> Iterator[pa.RecordBatch]:
    if task.decimal == "comma":
        raise pa.ArrowInvalid("conversion error: decimal commas")
    types = dict.fromkeys(names, pa.float64()) | dict.fromkeys(names[:first], pa.string())
    with open_member(path, task.faults, task.progress) as opened:
        if opened is not None:
            yield from pc.open_csv(
                opened[0],
                read_options=pc.ReadOptions(
                    block_size=_BLOCK, column_names=list(names), skip_rows=int(headed)
                ),
                parse_options=pc.ParseOptions(delimiter=sep),
                convert_options=pc.ConvertOptions(
                    column_types=types, null_values=[""], strings_can_be_null=False
                ),
            )


def _plain(batch: pa.RecordBatch, first: int) -> Floats | None:
    """The numbers of a block; None where words such as "nan" stand among them."""
    columns = [batch.column(k) for k in range(first, batch.num_columns)]
    values = np.stack([column.to_numpy(zero_copy_only=False) for column in columns], axis=1)
    given = int(np.isfinite(values).sum())
    if given + sum(column.null_count for column in columns) < values.size:
        return None
    return values if given == values.size else np.nan_to_num(values)


def _as_text(
    task: Import, path: Path, names: Sequence[str], sep: str, headed: bool, first: int, after: int
) -> Iterator[tuple[list[str], Floats]]:
    """The rows from number `after` on, as text."""
    chunks = read_chunks(
        path, task.faults, task.progress, needed=names, sep=sep, rows=_ROWS, names=None if headed else names
    )
    for chunk in chunks:
        part = chunk.iloc[after:]
        after = max(after - len(chunk), 0)
        if len(part):
            values = [task.numbers(path, part[name], sign=True) for name in names[first:]]
            labels = part[names[0]].str.strip().tolist() if first else []
            yield labels, np.nan_to_num(np.column_stack(values))
