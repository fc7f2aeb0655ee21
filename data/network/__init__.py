"""Builds the freight network of the embedded world: road, rail, sea, cities, ports, crossings, skims."""

from data.network.build import build

__all__ = ["build"]
