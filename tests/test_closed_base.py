"""What a closure leaves as it is, is what making all of the closed network anew gives."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from samarkand.world.freight.disruption import DisruptedCosts, DisruptedFreight, disrupt_freight
from samarkand.world.freight.model import FreightModel, prepare_freight
from samarkand.world.freight.path_base import prepare_base
from samarkand.world.freight.path_update import SharedWork
from samarkand.world.freight.skims import components, compute_component
from samarkand.world.network.disruptions import close, find_closures
from test_new_ports import LIANYUNGANG, QUICKER, RAIL, ROAD
from toy import make_toy_world


@pytest.fixture(scope="module")
def model() -> FreightModel:
    world = make_toy_world()
    return prepare_freight(world.network, world.assumptions.parameters, world.labels)


def each_link(network) -> list[str]:
    sizes = {"road": len(network.road.links), "rail": len(network.rail.links), "sea": len(network.sea_links)}
    return [f"link:{mode}:{row}" for mode, size in sizes.items() for row in range(size)]


def test_every_link_and_port_closed_gives_what_the_closed_network_gives(model: FreightModel) -> None:
    network, parameters = model.network, model.parameters
    ports = [f"port:{name}" for name in network.ports["id"]]
    cases = [[name] for name in (*each_link(network), *ports)] + [["link:sea:0", "link:rail:0", ports[0]]]
    moved = 0
    for names in cases:
        closures = find_closures(names, network)
        found = disrupt_freight(model, closures).closed
        closed = close(network, closures)
        legs = {
            name: compute_component(part, lambda **_fractions: None)
            for name, part in components(closed, parameters).items()
        }
        settled = model.path_update.base.handicap  # on the open network
        base, pairs = prepare_base(closed, parameters, legs, model.baseline.pairs, settled)
        for field in fields(base):
            ours, whole = (getattr(one, field.name) for one in (found.path_update.base, base))
            np.testing.assert_allclose(ours, whole, rtol=1e-12, err_msg=f"{names} {field.name}")
        for name in ("hours", "usd"):
            ours, whole = getattr(found.baseline.pairs, name), getattr(pairs, name)
            np.testing.assert_allclose(ours, whole, rtol=1e-12, err_msg=f"{names} {name}")
            moved += not np.array_equal(ours, getattr(model.baseline.pairs, name))
        assert np.array_equal(found.baseline.pairs.by_sea, model.baseline.pairs.by_sea)
    assert moved > len(cases) / 2


def test_what_a_programme_makes_of_both_networks_is_what_it_makes_of_the_closed_one_alone(
    model: FreightModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Roads, railways, legs to a new port and from ends of links, whichever of them a closure leaves as they are."""
    changes, of_both = (RAIL, ROAD, LIANYUNGANG, QUICKER), DisruptedFreight._shared
    taken: list[tuple[bool, bool]] = []  # roads, land

    def share(disrupted: DisruptedFreight, work: SharedWork) -> SharedWork:
        found = of_both(disrupted, work)
        taken.append((bool(found.roads), bool(found.land)))
        return found

    def costs(names: list[str], alone: bool) -> DisruptedCosts:
        with monkeypatch.context() as patch:
            patch.setattr(model, "_last", None)  # of routes asked for last nothing is shared
            patch.setattr(DisruptedFreight, "_shared", (lambda *_: SharedWork()) if alone else share)
            if alone:
                patch.setattr(FreightModel, "_is_as_open", lambda *_: False)
            return disrupt_freight(model, find_closures(names, model.network)).costs(changes)

    for name in ("link:sea:0", "link:rail:0", "link:road:0", "port:DEHAM"):
        one, other = (costs([name], alone) for alone in (False, True))
        assert one.routes.rows.size
        for array in ("rows", "usd", "hours"):
            np.testing.assert_array_equal(getattr(one.routes, array), getattr(other.routes, array))
        assert one.costs.identical(other.costs)
    assert taken == [(True, True), (True, False), (False, False), (True, True)]
