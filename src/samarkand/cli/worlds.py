"""Commands about worlds."""

from __future__ import annotations

from typing import Annotated

import typer


def readiness(
    economy: Annotated[str | None, typer.Argument(metavar="[ISO3]", help="One economy; else all.")] = None,
) -> None:
    """Tell, economy by indicator, what is ready, estimated, or needs a file."""
    from samarkand.reports.readiness import print_readiness
    from samarkand.world import load_world

    print_readiness(load_world(), economy)
