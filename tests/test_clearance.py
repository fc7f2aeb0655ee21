"""Customs clearance: what a measure takes off a whole export or import of an economy, from the file to real income."""

from __future__ import annotations

import numpy as np
import pytest

import samarkand as sk
from samarkand.programme import apply, load_programme
from samarkand.session import Session
from samarkand.world.freight.border_compliance import compliance_costs, home_costs
from samarkand.world.freight.model import prepare_freight
from samarkand.world.freight.subsets import costs_of_subsets
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.parameters import load_parameters
from toy import ECONOMIES, make_network, make_toy_world

HEAD = """
[programme]
id = "customs"
title = "Customs"
"""
ITEM = """
[[measure]]
id = "{id}"
title = "Single window"
kind = "customs_clearance"
economies = [{economies}]
status = "in_service"
opening = {{ date = 2026 }}
{rest}
"""
SOURCE = 'source = "made up", flag = "assumed"'


def figures(**values: float) -> str:
    units = {"hours": "hours", "fee": "US$/TEU", "share": "fraction"}
    return "\n".join(
        f'{name} = {{ value = {value}, unit = "{units[name.split("_")[1]]}", {SOURCE} }}'
        for name, value in values.items()
    )


def written(tmp_path, *items: tuple[str, str, str]):
    path = tmp_path / "customs.toml"
    path.write_text(HEAD + "".join(ITEM.format(id=i, economies=e, rest=r) for i, e, r in items))
    return load_programme(path, make_toy_world())


def changes_of(programme) -> list[LinkChange]:
    return list(apply(programme, make_toy_world(), 2030).network)


def test_kazakhstan_by_hand(tmp_path) -> None:
    """Doing Business 2019: Kazakhstan takes 105 h to export, 87 of them beyond the 18 h of a port.

    From 60 to 40 h: min(20, 1/3 of 87) = 20; from 30 to 10: min(20, 2/3 of 87) = 20; from 200 to 50: 0.75 x 87 = 65.25.
    Half the trade covered halves it.
    """
    for before, after, share, saved in ((60, 40, 1, 20), (200, 50, 1, 65.25), (200, 50, 0.5, 32.625)):
        own = figures(export_hours_before=before, export_hours_after=after, coverage_share=share)
        (change,) = changes_of(written(tmp_path, ("window", '"KAZ"', own)))
        assert (change.target, change.name, change.usd_saved) == ("KAZ", "export", 0)
        assert change.hours_saved == pytest.approx(saved, rel=1e-12)


def test_two_items_add_up_to_no_less_than_nothing() -> None:
    p = load_parameters()
    some = [LinkChange(i, "clearance", "sea", target="KAZ", name="export", hours_saved=30.0) for i in "ab"]
    assert home_costs(("KAZ",), "export_hours", p, some)[0] == 105 - p["port_hours_road"] - 60
    assert home_costs(("KAZ",), "export_hours", p, [*some, *some])[0] == 0.0
    assert home_costs(("KAZ",), "import_hours", p, some)[0] == home_costs(("KAZ",), "import_hours", p)[0]


def test_only_the_trade_of_the_economy_gets_cheaper_and_in_one_direction() -> None:
    p = load_parameters()
    model = prepare_freight(make_network(), p, ECONOMIES)
    change = LinkChange(
        "a", "clearance", "sea", target="KAZ", name="export", hours_saved=24.0, usd_saved=50.0
    )
    costs = model.costs([change])
    fall = (costs["hours"].sel(state="without") - costs["hours"].sel(state="with")).sel(variant="logsum")
    before, after = compliance_costs(ECONOMIES, p), compliance_costs(ECONOMIES, p, [change])
    np.testing.assert_allclose(
        fall.isel(vot_class=0).to_numpy(), np.broadcast_to(before[0] - after[0], fall.shape[1:]), atol=1e-9
    )
    assert (before[0] - after[0])[ECONOMIES.index("KAZ"), ECONOMIES.index("DEU")] == 24.0
    assert not (before[0] - after[0])[:, ECONOMIES.index("KAZ")].any()
    assert not model.update_routes([change]).rows.size


def test_many_sets_with_clearance_are_many_questions() -> None:
    model = prepare_freight(make_network(), load_parameters(), ECONOMIES)
    window = LinkChange("a", "clearance", "sea", target="KAZ", name="export", hours_saved=24.0)
    gate = LinkChange("b", "crossing", "rail", target="khorgos_altynkol_rail", hours_saved=10.0)
    sets = [(), (window,), (gate,), (window, gate), (gate, window), (window, window)]
    at_once = costs_of_subsets(model, sets)
    for number, one in enumerate(sets):
        np.testing.assert_allclose(at_once[number], costs_of_subsets(model, [one])[0], rtol=1e-12)
    assert (at_once[3] < at_once[2]).any()


def test_a_single_window_raises_real_income(tmp_path) -> None:
    own = figures(import_hours_before=60, import_hours_after=12, import_fee_before=100, import_fee_after=50)
    programme = written(tmp_path, ("window", '"CHN"', own))
    appraisal = sk.appraise(programme, make_toy_world(), years=(2035,), session=Session())
    assert float(appraisal.array("real_income", "change").sel(economy="CHN")) > 0


def test_what_is_missing_is_named(tmp_path) -> None:
    """A port without its share of trade, no figures, an economy inside the rest of the world."""
    hours = figures(import_hours_before=60, import_hours_after=12)
    place = 'place = { name = "Poti", latitude = 42.15, longitude = 41.67 }\n'
    programme = written(
        tmp_path,
        ("port", '"CHN"', place + hours),
        ("empty", '"CHN"', ""),
        ("inside", '"GEO", "CHN"', hours),
    )
    change = apply(programme, make_toy_world(), 2030)
    assert {one.item for one in change.network} == {"inside"}
    reasons = {gap.item: gap.reason for gap in change.not_assessed if gap.what != "cost"}
    assert "the share of trade that passes Poti" in reasons["port"]
    assert "no hours or fees before and after" in reasons["empty"]
    assert reasons["inside"] == "effect not assessed: the economy has no accounts of its own"


def test_at_one_port_its_share_of_trade_counts(tmp_path) -> None:
    place = 'place = { name = "Tianjin", latitude = 39.0, longitude = 117.7 }\n'
    own = place + figures(import_hours_before=60, import_hours_after=40, coverage_share=0.25)
    (change,) = changes_of(written(tmp_path, ("port", '"CHN"', own)))
    own_hours = 48 - load_parameters()["port_hours_road"]  # of China to import, beyond the port
    assert change.hours_saved == pytest.approx(0.25 * own_hours * (1 - 40 / 60), rel=1e-12)
