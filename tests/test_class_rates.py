"""Rates of sections: their own before and after, and those of their class as a variant that is off."""

from __future__ import annotations

import pytest

from samarkand.programme import load_programme
from samarkand.programme.channels.network_effects import FasterLine, NewLine, effects_of
from samarkand.world.freight.model import prepare_freight
from samarkand.world.network.arcs import arcs_of
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.tables import crossing_costs, land_costs
from samarkand.world.parameters import load_parameters
from toy import ECONOMIES, make_network, make_toy_world

HEAD = """
[programme]
id = "rates"
title = "Rates"

[[project]]
id = "line"
title = "A line"
kind = "{kind}"
economies = ["KAZ"]
status = "in_service"
opening = {{ date = 2026 }}

  [[project.section]]
  effect = "{effect}"
  points = [
    {{ name = "Almaty", latitude = 43.25, longitude = 76.90 }},
    {{ name = "{end}", latitude = {lat}, longitude = {lon} }},
  ]
  length = {{ value = {km}, unit = "km", source = "made up", flag = "assumed" }}
{rest}
"""
SAMARA = {"end": "Samara", "lat": 53.20, "lon": 50.15, "km": 2500}
AKTAU = {"end": "Aktau", "lat": 43.65, "lon": 51.16, "km": 2100}
UNITS = {"rate": "US$/TEU-km", "operating": "km/h", "tracks": "tracks", "lanes": "lanes"}


def item(tmp_path, kind: str, effect: str, to: dict[str, object], rest: str = "", **figures: float):
    lines = [
        f'  {name} = {{ value = {value}, unit = "{UNITS[name.split("_")[0]]}", source = "made up", flag = "assumed" }}'
        for name, value in figures.items()
    ]
    path = tmp_path / "line.toml"
    path.write_text(HEAD.format(kind=kind, effect=effect, rest="\n".join([*lines, rest]), **to))
    return load_programme(path, make_toy_world()).items[0]


def parameters(share: float = 0.0):
    return load_parameters().replace({"class_figures_share": share})


def test_a_published_rate_acts_by_itself(tmp_path) -> None:
    """From 0.50 to 0.30 US$/TEU-km without any speed: 0.6 of what km cost, all of their hours."""
    one = item(tmp_path, "rail", "upgrade", SAMARA, rate_before=0.5, rate=0.3)
    ((line,), gaps) = effects_of(one, parameters())
    assert gaps == []
    assert isinstance(line, FasterLine)
    assert (line.hours_ratio, line.usd_ratio) == (1.0, pytest.approx(0.6))


def test_a_rate_lowers_the_cost_of_km_and_no_fee_of_a_border() -> None:
    """Almaty - Samara crosses the border of the union, US$ 50: 2,500 km at 0.47, six tenths of that, and the fee."""
    p, network = parameters(), make_network()
    costs = land_costs(network, "rail", p)
    change = LinkChange("a", "upgrade", "rail", ((43.25, 76.9), (53.2, 50.15)), usd_ratio=0.6)
    (arc,) = arcs_of(change, network, p, costs)
    fee = dict(zip(network.rail.crossings["id"], crossing_costs(network.rail.crossings, p)[1], strict=True))
    assert arc.usd == pytest.approx(2500 * p["rail_rate_standard"] * 0.6 + fee["almaty_samara_rail"])
    before = costs.moving_hours + costs.waiting_hours
    assert arc.hours in before.tolist()
    model = prepare_freight(network, p, ECONOMIES)
    both = model.costs([change])["generalised_cost"].sel(variant="logsum")
    assert (both.sel(state="with") < both.sel(state="without") * (1 - 1e-6)).any()


def test_a_new_line_has_its_own_rate(tmp_path) -> None:
    one = item(tmp_path, "rail", "new", AKTAU, rate=0.2)
    ((line,), _) = effects_of(one, parameters())
    assert isinstance(line, NewLine)
    assert line.rate == pytest.approx(0.2)
    change = LinkChange(
        "a", "new", "rail", ((43.25, 76.9), (43.65, 51.16)), (True, True), km=2100.0, rate=0.2
    )
    network = make_network()
    (arc,) = arcs_of(change, network, parameters(), land_costs(network, "rail", parameters()))
    assert arc.usd == pytest.approx(2100 * 0.2)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_class_figures_are_a_variant_that_is_off(tmp_path, share) -> None:
    """A second track: rate 0.47 to 0.23 and speed 40 to 60 km/h at 1, half-way at 0.5, nothing at 0."""
    p = parameters(share)
    effects, gaps = effects_of(item(tmp_path, "rail", "upgrade", SAMARA, tracks_before=1, tracks=2), p)
    if not share:
        assert effects == []
        assert "no speed before and after is published" in gaps[0].reason
        return
    (line,) = effects
    assert isinstance(line, FasterLine)
    rate, speed = 0.47 - share * 0.24, 40 + share * 20
    assert (line.usd_ratio, line.hours_ratio) == (pytest.approx(rate / 0.47), pytest.approx(40 / speed))


def test_a_line_that_was_of_the_class_gains_nothing_by_it(tmp_path) -> None:
    effects, _ = effects_of(
        item(tmp_path, "rail", "upgrade", SAMARA, tracks_before=2, tracks=4), parameters(1.0)
    )
    assert effects == []


def test_published_speeds_stand_and_the_class_gives_the_rate_alone(tmp_path) -> None:
    """The lines of the published list: 50 to 75 km/h, which is above 60."""
    one = item(tmp_path, "rail", "upgrade", SAMARA, operating_speed_before=50, operating_speed=75)
    ((line,), _) = effects_of(one, parameters(1.0))
    assert isinstance(line, FasterLine)
    assert (line.hours_ratio, line.usd_ratio) == (pytest.approx(50 / 75), pytest.approx(0.23 / 0.47))


def test_a_dual_carriageway_is_as_quick_as_its_class(tmp_path) -> None:
    one = item(tmp_path, "road", "upgrade", SAMARA, lanes=4)
    assert effects_of(one, parameters())[0] == []
    ((line,), _) = effects_of(one, parameters(1.0))
    assert isinstance(line, FasterLine)
    assert (line.hours_ratio, line.usd_ratio) == (45 / 60, 1.0)


def test_a_new_line_of_the_class(tmp_path) -> None:
    one = item(tmp_path, "rail", "new", AKTAU, "  electrified = true")
    ((line,), _) = effects_of(one, parameters(1.0))
    assert isinstance(line, NewLine)
    assert (line.rate, line.hours) == (pytest.approx(0.23), pytest.approx(2100 / 60))
    ((before,), _) = effects_of(one, parameters())
    assert isinstance(before, NewLine)
    assert (before.rate, before.hours) == (None, None)
