"""The whole way once more, flat: from the hours of a border to real income. Read this second.

    links -> least-cost legs -> routes by mode -> choice of mode -> costs of economies -> iceberg costs -> equilibrium

Gives what `appraise` gives for border measures before anybody pays, slowly; of ours it imports what reads tables alone.
Left out: items that change more than hours at borders, tariffs, closures, `--limits`, who pays, ramp-up, deficits not
fixed in money, networks that lack a mode, variants of rates. Handed in: where the sea is offered, and where a search
there has ways. Legs: US$ and hours per TEU, infinite where nothing leads; generalised cost: `usd + value * hours`.
"""

from typing import Any

import numpy as np
from scipy.sparse import csgraph, csr_array

from samarkand.programme import Programme
from samarkand.world.freight.border_compliance import compliance_costs
from samarkand.world.freight.cargo_modes import cargoes_near_by
from samarkand.world.freight.commodities import freight_table
from samarkand.world.freight.leg_constants import leg_constants
from samarkand.world.freight.mode_constants import declared_constants
from samarkand.world.freight.origins import origin_rows
from samarkand.world.freight.ships import ship_rows
from samarkand.world.network.tolls import tolls_of_links
from samarkand.world.parameters import load_parameters
from samarkand.world.world import World

Array = np.ndarray[Any, Any]
Saved = dict[tuple[str, str], float]  # hours by mode and id of a crossing
ROAD, RAIL, SEA, TANKS, PLACE, REFERENCE = 0, 1, 2, 5, ["lat", "lon"], 10.0  # the last: US$ per TEU and hour
AMERICA, SEARCHES = ["CAN", "MEX", "USA"], ("low", "medium", "high", "very_high")  # values of time: searches
GOODS = ("bulk", "low", "middle", "high", "highest", "bulk", "bulk", "bulk", "bulk")  # and of what travels
SAILS = (("low", "sea"), ("low", "ore"), ("medium", "sea"), ("high", "sea"), ("low", "sea"))  # at sea
OWN = {2: 2, 3: 3, 4: 3, 6: 1, 7: 4}  # the search at sea of classes of goods, others have the first of these
PLACED = {"ores": 6, "coal": 7, "agriculture": 8}  # sectors whose bulk starts at mines and fields: its class
FARTHEST_GATE, FARTHEST_CONNECTOR, FARTHEST_QUAY, SURROUNDINGS = 160.0, 150.0, 60.0, 30.0  # km
DAMPING, TOLERANCE, MOST_SWEEPS = 0.2, 1e-13, 20_000  # of the fixed point


def real_income_change(world: World, programme: Programme, items: tuple[str, ...], by_sea: Array) -> Array:
    """Change of real income by economy (`world.labels`), fractions, by border measures, unpaid; better routes stay."""
    saved = hours_saved(world, programme, items)
    before = {mode: legs(world, mode, {}) for mode in ("road", "rail", "sea", "ore")}
    after = before | {mode: legs(world, mode, saved) for mode in {mode for mode, _ in saved}}
    handicap = np.full((len(SAILS), len(world.network.cities), len(world.network.ports)), np.nan)
    costs = np.minimum.accumulate([route_costs(world, legs, handicap) for legs in (before, after)])
    for k, s in OWN.items():
        np.copyto(costs[:, k, SEA], costs[:, k, SEA + s], where=by_sea[s])
    costs[:, :, SEA, ~by_sea[0]] = np.inf  # settled without the items: a quicker border takes no choice away
    return real_income_hat(world, iceberg_hat(world, choose_modes(world, costs[:, :, : SEA + 1]))) - 1.0


def hours_saved(world: World, programme: Programme, items: tuple[str, ...]) -> Saved:
    """Hours saved at crossings by all items: min(a (before - after), a (1 - after / before) hours of the network)."""
    p, geo, saved, most = world.assumptions.parameters, world.network.geography, Saved(), Saved()
    for item in map({item.id: item for item in programme.items}.__getitem__, items):
        given: dict[str, Any] = {name: f.value for name, _ in item.attributes if (f := item.figure(name))}
        if {"hours_before", "hours_after"} - {*given} or {"fee_after", "saving_per_consignment"} & {*given}:
            raise ValueError(f"{item.id} changes no hours at borders, or more than those")
        found = Saved()
        for at in item.crossings:  # the nearest to the place, first of its name, or all of a name or border
            named = geo.crossings_named(at.name, at.economies, at.mode)
            rows = named if at.name and at.latitude is None else geo.crossings_between(at.economies, at.mode)
            if at.latitude is not None:
                km = great_circle([at.latitude, at.longitude], [(r.latitude, r.longitude) for r in rows])[0]
                near = sorted((rows[n] not in named, km[n], n) for n in np.flatnonzero(km <= FARTHEST_GATE))
                rows = tuple(rows[n] for _, _, n in near[:1])
            found = {(at.mode, row.id): row.hours(p) for row in reversed(rows) if row.is_open} | found
        less = given.get("adoption_share", 1.0) * (given["hours_before"] - given["hours_after"])
        for key, hours in found.items():  # an item counts once at a crossing
            size = min(less, less / given["hours_before"] * hours)
            if item.kind == "digital_trade_documents":  # the largest counts
                size, most[key] = max(0.0, size - most.get(key, 0.0)), max(size, most.get(key, 0.0))
            saved[key] = saved.get(key, 0.0) + size
    return saved


def links(world: World, mode: str, saved: Saved) -> tuple[Array, Array]:
    """Ends [2, link] of the open links of a mode, and their US$ and hours per TEU [2, link].
    usd = km * rate + fees of borders, tolls;   hours = km / speed + wait for the ferry + hours of borders - saved"""
    p, network = world.assumptions.parameters, world.network
    if mode in ("sea", "ore"):
        table, shut = network.sea_links, [row.passage for row in ship_rows() if mode == "ore"]
        table = table[(table["status"] == "open") & ~table["passage"].isin(shut)]
        km = np.maximum(table["km"].to_numpy(float), 0.1)
        usd = km * p["sea_rate"] + p["canal_tolls"] * tolls_of_links(table, network.sea_nodes)
        return table[["u", "v"]].to_numpy(np.int64).T, np.array([usd, km / p["sea_speed"]])
    land, single = network.land(mode), network.single_roads
    table, crossings, at = land.links, land.crossings, land.crossings["link"].to_numpy(np.int64)

    def own(rows: Any, name: str, declared: Any) -> Array:
        return np.where(np.isnan(figure := np.asarray(rows.get(name, np.nan), float)), declared, figure)

    km, ends = table["km"].to_numpy(float), table[["u", "v"]].to_numpy(np.int64).T
    rate = np.where(land.nodes["economy"].isin(single), p["road_rate_single"], p["road_rate_dual"])
    rate = np.full(rate.shape, p["rail_rate_standard"]) if mode == "rail" else rate
    wait = table["repair"].map({line.id: p["ferry_wait"] + line.wait_hours for line in network.ferries})
    fare = table["repair"].map({line.id: line.usd_per_teu or np.nan for line in network.ferries}) / km
    is_land, waiting = wait.isna().to_numpy(), wait.fillna(0.0).to_numpy(float)
    usd = km * own(table, "rate", np.where(is_land, rate[ends].mean(axis=0), fare.fillna(p["ferry_rate"])))
    moving = km / own(table, "speed", np.where(is_land, p[f"{mode}_speed"], p["ferry_speed"]))
    usd[at] += own(crossings, "usd", [p[name] for name in crossings["usd_parameter"]])
    waiting[at] += own(crossings, "hours", [p[name] for name in crossings["hours_parameter"]])
    waiting[at] = np.maximum(waiting[at] - [saved.get((mode, name), 0.0) for name in crossings["id"]], 0.0)
    is_open = ~np.isin(np.arange(km.size), at[crossings["status"] == "closed"])
    return ends[:, is_open], np.array([usd, moving + waiting])[:, is_open]


def legs(world: World, mode: str, saved: Saved) -> dict[float, Array]:
    """Least-cost legs between places [2, from, to] by value of time, US$ per TEU and hour.
    road: cities to cities, rail terminals and ports; rail: terminals; sea, ore: ports. Each is joined to a node."""
    p, network, graph, mode = world.assumptions.parameters, world.network, mode, mode.replace("ore", "sea")
    nodes = network.sea_nodes if mode == "sea" else network.land(mode).nodes
    if mode == "rail":
        at, connector = network.terminals["node"].to_numpy(np.int64), np.zeros((2, len(network.terminals)))
    else:
        tables = (network.ports,) if mode == "sea" else (network.cities, network.terminals, network.ports)
        parts = np.array_split(np.concatenate([table[PLACE] for table in tables]), 100)  # to spare memory
        found = [(km.argmin(), km.min()) for some in parts for km in great_circle(some, nodes[PLACE])]
        at, km = np.array([node for node, _ in found]), np.array([away for _, away in found])
        km = np.where(km <= FARTHEST_CONNECTOR, km * p["connector_detour"], np.inf) if mode == "road" else km
        rate = p["connector_rate" if mode == "road" else "sea_rate"]
        connector = np.array([km * rate, km / p[f"{mode}_speed"]])
    sources = at[: len(network.cities)] if mode == "road" else at
    ways = connector[:, : sources.size, None] + connector[:, None]
    ways[:, np.eye(sources.size, at.size, dtype=bool)] = np.inf  # a leg leaves its place
    values = (p["shipment_value"] * p[f"vot_rate_{name}"] / 24 for name in SEARCHES)  # a share of value a day
    return {v: paths(len(nodes), *links(world, graph, saved), v, sources, at) + ways for v in values}


def paths(size: int, ends: Array, costs: Array, value: float, sources: Array, targets: Array) -> Array:
    """US$ and hours of the paths of least `usd + value * hours` [2, source, target]; links lead both ways."""
    arcs, node = (np.r_[ends[0], ends[1]], np.r_[ends[1], ends[0]]), np.arange(size)
    graph, hours = (csr_array((np.tile(c, 2), arcs), (size, size)) for c in [[1, value], [0, 1]] @ costs)
    found = np.empty((2, sources.size, targets.size))
    for s, source in enumerate(sources):
        least, before = csgraph.dijkstra(graph, indices=source, return_predecessors=True)
        before = np.where(before < 0, node, before)
        spent = np.where(before == node, 0.0, np.asarray(hours[before, node]))  # hours since `before`
        while ((further := before[before]) != before).any():  # look back twice as far
            spent, before = spent + spent[before], further
        found[:, s] = (least - value * spent)[targets], np.where(np.isinf(least), np.inf, spent)[targets]
    return found


def join(first: Array, second: Array, value: float) -> Array:
    """The cheapest first[a, k] + second[k, b] over k (min-plus product), [2, a, b]."""
    one, other = first[0] + value * first[1], second[0] + value * second[1]
    some = [np.r_[0, np.flatnonzero(np.isfinite(cost))] for cost in one]  # 0: where nothing leads
    via = np.array([k[(cost[k, None] + other[k]).argmin(axis=0)] for cost, k in zip(one, some, strict=True)])
    return np.asarray(np.take_along_axis(first, via[None], 2) + np.take_along_axis(second, via[None], 1))


def great_circle(one: Any, other: Any) -> Array:
    """Km [one, other] between places given as latitude and longitude in degrees: 2 R asin(chord / 2)."""
    angles = (np.radians(np.asarray(places, float).reshape(-1, 2)).T for places in (one, other))
    u, v = ((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)) for lat, lon in angles)
    chord: Array = np.sqrt(sum((x[:, None] - y) ** 2 for x, y in zip(u, v, strict=True)))
    return np.asarray(2 * 6371.0088 * np.arcsin(chord / 2))  # mean radius of the earth


def route_costs(world: World, legs: dict[str, dict[float, Array]], handicap: Array) -> Array:
    """Generalised cost between cities [class of goods, mode, city, city], by sea for each of `SAILS`.
    rail = road + rail + road, with a change at a station of each city, in its economy; offered where km to the farthest
    such stations <= (1 - rail_main_part) * km between the cities. Of the routes found goods take the cheapest at their
    value of time; by sea their own. Within a city: by road, circuity * min(ratio * km to the nearest city, cap)."""
    p, network = world.assumptions.parameters, world.network
    goods = np.array([[[p[f"value_of_time_{name}"]]] for name in GOODS])
    cities, km = len(network.cities), great_circle(network.cities[PLACE], network.cities[PLACE])
    away = great_circle(network.cities[PLACE], network.terminals[PLACE])
    station = network.rail.nodes["economy"].to_numpy(str)[network.terminals["node"]]
    away[network.cities["iso3"].to_numpy(str)[:, None] != station] = np.inf
    has_line = np.isin(network.terminals["node"], network.rail.links[["u", "v"]])
    reach = np.clip(away[:, has_line].min(axis=1, initial=np.inf), SURROUNDINGS, p["rail_access_distance"])
    near = away <= np.where(has_line, reach[:, None], SURROUNDINGS)  # a place without rails is no way yet
    haul = np.where(near.any(axis=1), np.where(near, away, 0.0).max(axis=1), np.inf)
    by_rail = haul[:, None] + haul <= (1 - p["rail_main_part"]) * km
    change = np.array([p["terminal_fee"], p["terminal_hours"]])[:, None, None]
    costs, own = np.full((goods.size, SEA + len(SAILS), cities, cities), np.inf), np.arange(cities)
    for c, (value, road) in enumerate(legs["road"].items()):
        access = np.where(near, road[:, :, cities : cities + near.shape[1]] + change, np.inf)
        along = join(access, legs["rail"][value], value)
        routes = {ROAD: road[:, :, :cities], RAIL: join(access, along.swapaxes(1, 2), value)}
        for s, (search, ships) in enumerate(SAILS):
            if search == SEARCHES[c]:
                routes[SEA + s] = at_sea(world, road, along, legs[ships][value], value, s, handicap[s])
        for mode, (usd, hours) in routes.items():
            costs[:, mode] = np.minimum(costs[:, mode], usd + goods * hours)
    costs[:, RAIL, ~by_rail] = costs[..., own, own] = km[own, own] = np.inf
    km = np.clip(p["intrazonal_distance_ratio"] * km.min(axis=1), 1.0, p["intrazonal_distance_cap"])
    own_usd = p["intrazonal_rate"] + goods[..., 0] / p["intrazonal_speed"]
    costs[:, ROAD, own, own] = p["intrazonal_circuity"] * km * own_usd
    return np.where(np.tri(cities, dtype=bool), costs.swapaxes(2, 3), costs)  # the same both ways


def at_sea(world: World, road: Array, along: Array, sea: Array, value: float, s: int, kept: Array) -> Array:
    """By sea, land at both ends [2, city, city]; rail has a handicap, `kept`, where it did not spare `more` without."""
    p, cities, ports = world.assumptions.parameters, world.network.cities, world.network.ports
    d, km, n = load_parameters(), great_circle(cities[PLACE], ports[PLACE]), np.arange(20_016)  # n: whole km
    america = 1 * (np.isin(cities["iso3"], AMERICA)[:, None] & np.isin(ports["economy"], AMERICA))
    w, x = declared_constants() @ [1, -1, 0], np.log(d["shipment_value"] * d["vot_rate_low"] / 24 / REFERENCE)
    w[0] += leg_constants().get(
        {1: "ores", 4: "coal"}.get(s, ""), 0.0
    )  # of what goes by the trainload; all: of road less rail
    a = w[0] + w[1] * x + w[2] * n / 1000 + np.array([[0], [1]]) * (w[3] + w[4] * x)
    per_km = p["connector_detour"] * np.array([[[p["connector_rate"]]], [[1 / p["road_speed"]]]])
    more = n * (per_km[0] + value * per_km[1]) * np.maximum(0.0, 1 - np.exp(-a / p["mode_choice_scale"]))
    more, road_to = np.maximum.accumulate(more, axis=1)[america, km.astype(int)], per_km * km
    quay = np.where(km <= FARTHEST_QUAY, road_to, np.inf)
    truck, train = (np.array([[[p["port_fee"]]], [[p[f"port_hours_{by}"]]]]) for by in ("road", "rail"))
    by_train = np.where((at := ports["terminal"].to_numpy(np.int64)) < 0, np.inf, along[:, :, at] + train)
    ways = np.stack([road[:, :, -len(ports) :] + truck, quay + truck, by_train])
    cost = ways[:, 0] + value * ways[:, 1]
    np.copyto(kept, np.where(cost[2] + more < cost[:2].min(axis=0), 0.0, more), where=np.isnan(kept))
    ways[2, 0], cost[2] = ways[2, 0] + kept, cost[2] + kept
    to_port = np.take_along_axis(ways, cost.argmin(axis=0)[None, None], axis=0)[0]
    return join(join(to_port, sea, value), to_port.transpose(0, 2, 1), value)


def choose_modes(world: World, costs: Array) -> Array:
    """Generalised cost between economies [state, class of goods, origin, destination], US$/TEU; states as in `costs`.
        s_m = e^a_m g_m^-scale / sum_k e^a_k g_k^-scale,                                    g = sum_m s_m g_m
        g' = g (sum_m e^a_m g'_m^-scale / sum_m e^a_m g_m^-scale)^(-1/scale)                with the items
        a = a1 + a2 x + a3 km / 1000 (+ a4 + a5 x in North America),                x = log(value of time / 10 US$)
    a logit in log cost (Fosgerau and Bierlaire 2009), the change that of its logsum. Cities: by people or origins."""
    p, cities = world.assumptions.parameters, world.network.cities
    labels, iso3, scale = np.array(world.labels), cities["iso3"].to_numpy(str), p["mode_choice_scale"]
    america, km = np.isin(iso3, AMERICA), great_circle(cities[PLACE], cities[PLACE])[..., None]
    w, declared = declared_constants(), load_parameters()  # a class of goods keeps its constants
    home, far = np.where(np.isin(iso3, labels), iso3, "ROW"), km[..., 0] > p["tank_lorry_distance"]
    weight = cities["population"].to_numpy(float) * (labels[:, None] == home)
    sold = np.tile(weight, (len(GOODS), 1, 1))  # [class of goods, economy, city]
    for (economy, sector), rows in origin_rows().items():  # at the cities nearest to mines and fields
        if (mine := np.flatnonzero(iso3 == economy)).size:
            away = great_circle([(row.lat, row.lon) for row in rows], cities[PLACE].to_numpy()[mine])
            amount = np.bincount(away.argmin(axis=1), [row.amount for row in rows], mine.size)
            sold[PLACED[sector]][:, mine] = weight[:, mine].sum(axis=1)[:, None] * amount / amount.sum()
    hours, usd = compliance_costs(world.labels, p)  # at home, by Doing Business: the same by all modes
    means = np.array([[usd + p[f"value_of_time_{name}"] * hours for name in GOODS]] * 2)
    for k, name in enumerate(GOODS):
        a = w[0] + w[1] * (x := np.log(declared[f"value_of_time_{name}"] / REFERENCE)) + w[2] * km / 1000
        a += (america[:, None] & america)[..., None] * (w[3] + w[4] * x)
        terms = np.exp(np.moveaxis(a, -1, 0) - scale * np.log(costs[:, k]))
        terms[:, ROAD, (k == TANKS) & far & terms[0, ROAD + 1 :].any(axis=0)] = 0.0
        total = np.where(leads := terms[0].any(axis=0), terms.sum(axis=1), 1.0)
        mean = (terms[0] / total[0] * np.where(terms[0] > 0, costs[0, k], 0.0)).sum(axis=0)
        pairs = np.where((pairs := sold[k] @ leads @ weight.T) > 0, pairs, np.nan)
        means[:, k] += sold[k] @ (mean * (total / total[0]) ** (-1 / scale)) @ weight.T / pairs
    return means


def iceberg_hat(world: World, means: Array) -> Array:
    """Change of iceberg costs [destination, origin, sector]: 1 + u sum s ((1 + t') / (1 + t) - 1), t = cost / value.
    u: what does not fly over the mean of the world; air = min(A r(km), all), A such that trade abroad has its share."""
    p, cities, labels = world.assumptions.parameters, world.network.cities, np.array(world.labels)
    goods = np.log([load_parameters()[f"value_of_time_{name}"] for name in GOODS])  # keep their sectors
    table = freight_table(world.assumptions.freight).sel(sector=list(world.accounts.sectors))
    v, value, share = (table[f"cargo_{n}"].to_numpy().T for n in ("value_of_time", "value_per_teu", "share"))
    k = np.abs(np.log(v)[..., None] - goods).argmin(axis=-1)  # of nearest log value of time
    k[np.isin(table["cargo"], cargoes_near_by("road"))[:, None] & (k == 0)] = TANKS
    k += (k == 0) * np.array([PLACED.get(str(sector), 0) for sector in table["sector"].to_numpy()])
    t, new_t = means[:, k].transpose(0, 4, 3, 1, 2) / value
    home = np.where(cities["iso3"].isin(labels), cities["iso3"], "ROW")
    weight = cities["population"].to_numpy(float) * (labels[:, None] == home)
    km = weight @ great_circle(cities[PLACE], cities[PLACE]) @ weight.T / np.outer(n := weight.sum(axis=1), n)
    r = np.interp(km, [p["air_near_distance"], p["air_far_distance"]], [p["air_near_share"], 1.0])[..., None]
    abroad = world.accounts.trade_flow.to_numpy().swapaxes(0, 1) * (1 - np.eye(len(km)))[..., None]
    fly, ride = table["air_share"].to_numpy(), table["network_share"].to_numpy()
    air = np.minimum(fly * abroad.sum(axis=(0, 1)) / (abroad * r).sum(axis=(0, 1)) * r, fly + ride)
    u = (fly + ride - air) / np.where(ride > 0, ride, 1)  # services: nothing
    return np.asarray(1 + u * np.nansum(share * ((1 + new_t) / (1 + t) - 1), axis=2))


def real_income_hat(world: World, kappa: Array) -> Array:
    """Real income [n] under changed iceberg costs kappa[n, i, j], in exact hat algebra (Caliendo and Parro 2015).
    c[n,j] = w[n]^gamma[n,j] prod_k P[n,k]^beta[n,k,j]                          unit cost from the wage, hats, (10)
    P[n,j] = (sum_i pi[n,i,j] (kappa[n,i,j] c[i,j])^-theta[j])^(-1/theta[j])    price to buyers in n, a hat, (11)
    Y[i,j] = sum_n pi[n,i,j] (kappa[n,i,j] c[i,j] / P[n,j])^-theta[j] X[n,j]    sales of i, US$ m, (12)
    X[n,k] = sum_j beta[n,k,j] Y[n,j] + alpha[n,k] (w[n] L[n] + D[n])           spending of n, US$ m, (13)
    w[n] L[n] = sum_j gamma[n,j] Y[n,j]                                         what sellers pay for labour, US$ m"""
    if world.tariffs is not None:
        raise ValueError("basic.py knows no tariffs")
    a = world.accounts
    shares = (a.trade_share, a.consumption_share, a.input_share, a.value_added_share, a.deficit)
    pi, alpha, beta, gamma, deficit = (share.to_numpy() for share in shares)
    theta = world.assumptions.elasticities.values().sel(sector=list(a.sectors)).to_numpy()
    weight, spending = pi * kappa**-theta, a.trade_flow.sum("origin").to_numpy()
    labour, wage, price = a.value_added.sum("sector").to_numpy(), np.ones(len(pi)), np.ones(gamma.shape)
    for _ in range(MOST_SWEEPS):  # until w, P, X come out as they went in; w moves a part of the way
        cost = np.exp(gamma * np.log(wage)[:, None] + np.einsum("nkj,nk->nj", beta, np.log(price)))
        total, income = np.einsum("nij,ij->nj", weight, cost**-theta), wage * labour + deficit
        sales = cost**-theta * np.einsum("nij,nj->ij", weight, spending / total)
        demand = np.einsum("nkj,nj->nk", beta, sales) + alpha * income[:, None]
        new, paid = total ** (-1 / theta), (gamma * sales).sum(axis=1) / (wage * labour)
        pairs = ((new, price), (demand, spending), (paid, np.ones(1)))
        if all(np.allclose(one, other, TOLERANCE, 0) for one, other in pairs):
            return np.asarray(income / (labour + deficit) / np.exp((alpha * np.log(price)).sum(axis=1)))
        price, spending, wage = new, demand, wage * paid**DAMPING
        wage *= labour.sum() / (wage * labour).sum()  # the unit of money: what the world earns
    raise ValueError(f"no equilibrium after {MOST_SWEEPS} sweeps")
