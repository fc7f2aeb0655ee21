"""Our rates of return beside published ones, and what moves them: as docs/worth.md prints them."""

from __future__ import annotations

from pathlib import Path

from samarkand.programme import load_programme
from samarkand.programme.model.models import Item
from samarkand.world.parameters import Parameters
from samarkand.world.world import World, load_world
from samarkand.worth.direct import at_ends, own_streams
from samarkand.worth.item_worth import ItemWorth
from samarkand.worth.life import life_of

PAGE = (Path(__file__).parents[2] / "docs" / "worth.md").read_text(encoding="utf-8")
NAMES = {"casa-1000": "CASA-1000", "bangkok-nong-khai-hsr": "Bangkok-Nong Khai", "rogun-hydropower": "Rogun"}


def return_of(item: Item, world: World, parameters: Parameters) -> float:
    """Of items that change no trade: their direct margins are all that they give."""
    streams, gaps = own_streams(item, world, at_ends(parameters))
    life = life_of(item, parameters)
    worth = ItemWorth(item, life, tuple(streams), {}, {}, {}, tuple(gaps), parameters, None)
    return worth.rate_of_return().value


def test_our_returns_stand_beside_every_published_one() -> None:
    world = load_world()
    parameters = world.assumptions.parameters
    items = {item.id: item for item in load_programme("eurasian-corridors").items}
    published = {name for name, item in items.items() if item.figure("published_return") is not None}
    assert published == set(NAMES)
    for name, title in NAMES.items():
        given = items[name].figure("published_return")
        assert given is not None
        assert given.value is not None
        ours = return_of(items[name], world, parameters)
        assert f"| {title} | {100 * given.value:.1f} % | {100 * ours:.1f} % |" in PAGE
    dam, line = items["rogun-hydropower"], items["casa-1000"]
    assert dam.capex is not None
    assert dam.capex.value is not None
    half = dam.capex.model_copy(update={"value": dam.capex.value / 2})
    dearer = {"supply_cost": 50.0}
    attributes = tuple(
        (key, value.model_copy(update={"value": dearer[key]}) if key in dearer else value)
        for key, value in line.attributes
    )
    moved = {
        "at half of that cost": (dam.model_copy(update={"capex": half}), {}),
        "At the cost as published": (line, {"cost_conversion_factor": 1.0}),
        "were it gas that it displaces": (line, {"electricity_cost_oil": parameters["electricity_cost_gas"]}),
        "built over eight years instead of four": (line, {"construction_years": 8.0}),
        "at the 5 US cents that are agreed with the suppliers now": (
            line.model_copy(update={"attributes": attributes}),
            {},
        ),
    }
    for words, (item, given) in moved.items():
        assert f"{words} {100 * return_of(item, world, parameters.replace(given)):.1f} %" in PAGE
