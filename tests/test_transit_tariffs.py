"""Tariffs of transit: places on the network, figures with their sources, rates beside what was published."""

from __future__ import annotations

import pytest

from samarkand.world.network.chokepoints import chokepoints
from samarkand.world.network.pipelines import energy_network
from samarkand.world.network.tables import load_network
from samarkand.world.network.transit_tariffs import LINE, PORT, TransitTariff, transit_tariffs

ROW = {
    "id": "a", "title": "A", "economy": "KAZ", "kind": "railway", "place": "rail", "rate": 0.02, "unit": "US$/t-km",
    "year": 2020, "source": "a page", "flag": "recalled",
}  # fmt: skip


def test_every_tariff_has_its_place_and_its_standing() -> None:
    ports = set(load_network().ports["id"].astype(str))
    lines, passages = energy_network().lines, {row.id for row in chokepoints()}
    for row in transit_tariffs():
        if row.kind == "canal":
            assert row.place in passages, row.id
        if row.kind == "pipeline":
            line = lines[row.place.removeprefix(LINE)]
            assert row.economy in line.economies, row.id
        if row.kind == "port":
            assert row.place.removeprefix(PORT) in ports, row.id
        assert row.flag != "derived" or row.note or "over" in row.source, row.id
    assert len({row.economy for row in transit_tariffs()}) >= 8


def test_what_was_earned_is_the_rate_times_what_passed() -> None:
    """Where both are published for a rate a tonne in one year, the mean rate is their quotient: Suez and Panama."""
    checked = [
        row
        for row in transit_tariffs()
        if row.income and row.passed and row.income_year == row.year == row.passed_year
    ]
    by_tonne = [row for row in checked if row.unit == "US$/t"]
    assert {row.id for row in by_tonne} == {"suez", "panama"}
    for row in by_tonne:
        assert row.income is not None
        assert row.passed is not None
        assert row.rate == pytest.approx(row.income / row.passed, abs=0.005)  # of a rate with two decimals


def test_the_rate_of_kazakhstan_by_hand() -> None:
    """26 % of 1,469 bn tenge at 460.5 over 14 % of 252 bn t km: US$ 829 m over 35.3 bn, 2.35 cents."""
    (row,) = (row for row in transit_tariffs() if row.id == "kazakhstan_rail")
    income = 0.26 * 1900e9 / 1.293 / 460.5
    assert row.income == pytest.approx(income / 1e6, rel=0.005)
    assert row.rate == pytest.approx(income / (0.14 * 252e9), abs=0.00005)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"rate": 0.0}, "above zero"),
        ({"kind": "canal", "place": "suez"}, "all others for a tonne"),
        ({"income": 5.0}, "its year and its source"),
        ({"kind": "port", "unit": "US$/t"}, "not the place of a port"),
        ({"low": 0.03}, "outside its range"),
        ({"flag": "verified"}, "verified"),
    ],
)
def test_what_does_not_hold_together_is_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        TransitTariff.model_validate({**ROW, **change})
