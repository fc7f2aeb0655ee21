"""Depths of water around an item: the part of a GeoTIFF that lies around it, and no more of the file than that.

Longitude and latitude (EPSG:4326), north up, metres, as `world.network.hazards` reads a whole map. Only the strips or
tiles that meet the box around the item are decoded.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from samarkand.core.faults import Fault, Faults
from samarkand.world.network.hazards import Raster, check_depths, no_data, open_depths, placed

MOST_WINDOW = 50_000_000  # cells of a window: 200 MB


def read_window(path: Path, bounds: tuple[float, float, float, float]) -> Raster:
    """The depths within `bounds` (west, south, east, north). Raises `Faults` with all that is wrong with the file."""
    west, south, east, north = bounds
    with open_depths(path) as (page, tags):
        left, top, step = placed(tags)
        rows, columns = page.shape
        first = max(math.floor((top - north) / step[1]), 0), max(math.floor((west - left) / step[0]), 0)
        last = (
            min(math.floor((top - south) / step[1]) + 1, rows),
            min(math.floor((east - left) / step[0]) + 1, columns),
        )
        size = last[0] - first[0], last[1] - first[1]
        if min(size) <= 0:
            east_end, south_end = left + columns * step[0], top - rows * step[1]
            reason = f"lies from {left:.2f} to {east_end:.2f} E and {south_end:.2f} to {top:.2f} N, not around the item"
            raise Faults([Fault(str(path), reason, "Give the map of its region.")])
        if size[0] * size[1] > MOST_WINDOW:
            reason = f"has {size[0] * size[1]:,} cells around the item"
            raise Faults([Fault(str(path), reason, "Make it coarser.")])
        depth = np.full(size, np.nan, np.float32)
        for (row, column), block in _blocks(page, first, last):
            here = slice(max(row, first[0]), min(row + block.shape[0], last[0]))
            there = slice(max(column, first[1]), min(column + block.shape[1], last[1]))
            if here.start < here.stop and there.start < there.stop:
                part = block[here.start - row : here.stop - row, there.start - column : there.stop - column]
                depth[
                    here.start - first[0] : here.stop - first[0],
                    there.start - first[1] : there.stop - first[1],
                ] = part
    missing = no_data(tags)
    if missing is not None:
        depth[depth == np.float32(missing)] = np.nan
    check_depths(path, depth, may_be_dry=True)
    return Raster(depth, left + first[1] * step[0], top - first[0] * step[1], step)


def _blocks(
    page: Any, first: tuple[int, int], last: tuple[int, int]
) -> Iterator[tuple[tuple[int, int], Any]]:
    """Row and column of its corner, and cells, of each strip or tile that meets a window."""
    rows, columns = page.shape
    if page.is_tiled:
        height, width = page.tilelength, page.tilewidth
    else:
        height, width = min(page.rowsperstrip, rows), columns
    across = -(-columns // width)
    reader = page.parent.filehandle
    for down in range(first[0] // height, -(-last[0] // height)):
        for along in range(first[1] // width, -(-last[1] // width)):
            at = down * across + along
            reader.seek(page.dataoffsets[at])
            data = reader.read(page.databytecounts[at])
            block, _, shape = page.decode(data, at, jpegtables=page.jpegtables)
            if block is not None:
                yield (down * height, along * width), np.asarray(block).reshape(shape[1:3])
