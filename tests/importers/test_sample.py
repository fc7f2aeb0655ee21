"""The sample of tariffs in docs/samples: published averages, each with its source, as the importer takes them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from samarkand.programme.channels.tariffs import TariffChange, changed_tariffs
from samarkand.world.importers import import_world

SAMPLE = Path(__file__).resolve().parents[2] / "docs" / "samples" / "tariffs.csv"
# Simple means of applied duties on manufactured products in 2020, per cent, as the World Bank published them.
PUBLISHED = {"KEN": 13.24, "SLE": 12.61, "SEN": 12.41, "GIN": 12.37}


def test_every_row_is_a_published_rate_with_its_source() -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["Reporting Economy ISO3A Code"] for row in rows} == set(PUBLISHED)
    for row in rows:
        assert float(row["Value"]) == PUBLISHED[row["Reporting Economy ISO3A Code"]]
        assert row["Source"].startswith("World Bank, World Development Indicators, TM.TAX.MANF.SM.AR.ZS")
        assert row["Address"].startswith("https://")


def test_the_sample_becomes_a_world_in_which_duties_can_be_halved() -> None:
    found = import_world("tariffs", [SAMPLE], name="sample")
    assert found.tariffs is not None
    assert found.tariffs.importers == set(PUBLISHED)
    rates = found.tariff_rate
    bought = rates.sel(destination="KEN", origin="CHN")
    assert float(bought.sel(sector="textiles")) == pytest.approx(0.1324)
    # No average of primary goods is in the sample: none is made up.
    assert float(bought.sel(sector="agriculture")) == float(bought.sel(sector="oil_gas")) == 0.0
    after = changed_tariffs(rates, [TariffChange("half", ("KEN",), ("CHN",), 1.0, 0.5, 1.0)])
    halved = after.sel(destination="KEN", origin="CHN", sector="textiles")
    assert float(halved) == pytest.approx(0.0662)
    assert float(after.sel(destination="KEN", origin="IND", sector="textiles")) == pytest.approx(0.1324)
