"""Import duties by importer, exporter and sector, added up from official files of rates by product."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from samarkand.core.conventions import REST_OF_WORLD
from samarkand.world.accounts.tariffs import COLUMNS, goods_sectors
from samarkand.world.importers.frame import Import, Parts
from samarkand.world.importers.tariff_files import ANY, DUTY_TYPES, read_products

HIGHEST_RATE = 50.0  # 5,000 per cent: prohibitive duties on tobacco and farm goods stay below
USUAL_RATE = 0.01  # half of the rates above zero that an importer charges, or more, are above 1 per cent


def read(task: Import) -> Parts | None:
    """Tariff rates by importer, exporter and sector, and what was counted on the way."""
    chunks = [chunk for chunk in read_products(task) if len(chunk)]
    if not chunks:
        if not task.faults and not task.has_strangers:
            task.fault(", ".join(map(str, task.paths)), "holds no tariff that can be used", "Fetch it again.")
        return None
    products = pd.concat(chunks, ignore_index=True)
    years = sorted({int(year) for year in products["year"].unique()})
    year = task.choose_year(task.paths[0], years)
    if year is None:
        return None
    products = _lowest_of_groups(products[products["year"] == year])
    _check(task, products)
    rates = to_sectors(products, task.base.labels, task.base.inside_rest_of_world, task)
    if rates.empty:
        task.fault(
            str(task.paths[0]), "holds no importer of the world", "Import a world with these economies first."
        )
        return None
    measures = {
        "importers": sorted(map(str, rates["importer"].unique())),
        "products": int(products["product"].nunique()),
        "rows": len(products),
        "mean_rate": float(f"{rates.loc[rates['basis'] != 'union', 'tariff_rate'].mean():.6g}"),
        "rates_by_basis": {str(name): int(count) for name, count in rates["basis"].value_counts().items()},
        "left_out": dict(sorted(task.skipped.items())),
    }
    return Parts(year=year, tariffs=rates, measures=measures)


def _lowest_of_groups(products: pd.DataFrame) -> pd.DataFrame:
    """Of the preferences of groups, the lowest rate of each economy: it may be in several, and choose."""
    keys = ["importer", "exporter", "code", "duty"]
    if not products["group"].any():
        return products
    of_group = products[products["group"]].sort_values("rate", kind="stable").drop_duplicates(keys)
    return pd.concat([products[~products["group"]], of_group], ignore_index=True)


def _check(task: Import, products: pd.DataFrame) -> None:
    place = str(task.paths[0])
    repeated = products[products.duplicated(["importer", "exporter", "code", "duty"], keep=False)]
    if len(repeated):
        first = repeated.iloc[0]
        who = first["importer"] if len(first["importer"]) == 3 else "the union"
        editions = sorted(set(repeated["edition"]) - {""})
        if len(editions) > 1:
            reason = f"holds several editions ({', '.join(editions[:6])})"
            task.fault(place, reason, f"Choose one with --where '{editions[0]}'.")
            return
        task.fault(
            f"{place}, line {first['line']}",
            f"{who} has more than one {first['duty']} rate for {first['exporter']} and product {first['code']} "
            f"({len(repeated)} rows are repeated)",
            "Keep one row each.",
        )
    _check_unit(task, products)
    for _, row in products[products["rate"] > HIGHEST_RATE].head(3).iterrows():
        task.fault(
            f"{place}, line {row['line']}",
            f"the rate is {100 * row['rate']:,.0f} per cent, above {100 * HIGHEST_RATE:,.0f}",
            "Correct the rate or its unit.",
        )


def _check_unit(task: Import, products: pd.DataFrame) -> None:
    """Faults for importers whose rates look as if they were in the other unit: fractions, or per cent."""
    for key, rates in products[products["rate"] > 0].groupby(["path", "importer"])["rate"]:
        path, importer = cast(tuple[Path, str], key)
        if task.rates == "percent" or task.says_percent(path):
            continue
        who = importer if len(importer) == 3 else "the union"
        usual = float(rates.median())
        if task.rates is None and usual <= USUAL_RATE:
            task.fault(
                str(path),
                f"half of the rates of {who} above zero, or more, are at most {100 * usual:.3g}: they look like "
                "fractions, and per cent is expected",
                "Say --rates fraction (0.05 is five per cent) or --rates percent (it is a twentieth of one per cent).",
                "importers whose rates look like fractions",
            )
        elif task.rates == "fraction" and usual > 1:
            task.fault(
                str(path),
                f"half of the rates of {who} above zero, or more, are at least {usual:g}: they look like per cent",
                "Leave out --rates fraction.",
                "importers whose rates look like per cent",
            )


def to_sectors(
    products: pd.DataFrame, labels: tuple[str, ...], inside: tuple[str, ...], task: Import | None = None
) -> pd.DataFrame:
    """Rates by label of the accounts and sector, for every exporter, from rates by product.

        rate[n, i, j] = sum over products p of j of imports[n, i, p] rate[n, i, p] / sum of imports

    and the plain mean where no imports are given. Of the duty types of a pair and product the first of AHS, PRF, MFN
    counts. An exporter without a row pays the importer's rate for all (`mfn`), else the mean of its other partners
    (`partners`); one with rates of its own on some products of a sector pays the rate for all on the others, where the
    file has no imports to weigh them by. Members of a customs union that the file has as one importer charge each
    other nothing, and where a member has rates of its own in a sector, they count. Economies inside the rest of the
    world are added up to it. Only the most detailed level of products (six, four or two digits) that an importer has
    is used.
    """
    label = {
        **{code: code for code in labels if code != REST_OF_WORLD},
        **dict.fromkeys(inside, REST_OF_WORLD),
        ANY: ANY,
    }
    table = _best_duties(products, task)
    summed = _sums(table, ["importer", "exporter", "sector"])
    others = _others_of_sector(table)
    summed = pd.concat([summed, others], ignore_index=True) if len(others) else summed
    # From here on there are few rows, and a union can be taken apart.
    summed["union"] = summed["importer"].where(summed["importer"].str.len() > len("ISO"), "")
    for side in ("importer", "exporter"):
        summed[side] = summed[side].str.split(" ")
        summed = summed.explode(side)
    own = pd.MultiIndex.from_frame(summed.loc[summed["union"] == "", ["importer", "sector"]])
    replaced = pd.MultiIndex.from_frame(summed[["importer", "sector"]]).isin(own) & (summed["union"] != "")
    ends = zip(summed["exporter"], summed["union"], strict=True)
    within_union = np.array([exporter in union.split(" ") for exporter, union in ends], dtype=bool)
    if task is not None:
        task.skip("members and sectors of a union that have rates of their own", int(replaced.sum()))
    summed = summed[~(replaced | within_union)]
    union_of = {
        (importer, member): True
        for importer, union in summed[["importer", "union"]].drop_duplicates().itertuples(index=False)
        for member in union.split(" ")
    }
    stated = set(
        pd.MultiIndex.from_frame(summed.loc[summed["union"] == "", ["importer", "exporter", "sector"]])
    )
    summed["importer"], summed["exporter"] = summed["importer"].map(label), summed["exporter"].map(label)
    outside = summed[["importer", "exporter"]].isna().any(axis=1)
    if task is not None:
        task.skip("pairs and sectors of economies outside the world", int(outside.sum()))
    summed = summed[~outside]
    if summed.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    pairs = _mean(summed, ["importer", "exporter", "sector"])
    for_all = pairs[pairs["exporter"] == ANY].set_index(["importer", "sector"])["tariff_rate"]
    known = pairs[pairs["exporter"] != ANY].set_index(["importer", "exporter", "sector"])
    partners = _mean(summed[summed["exporter"] != ANY], ["importer", "sector"]).set_index(
        ["importer", "sector"]
    )
    everything = pd.MultiIndex.from_product(
        [sorted(summed["importer"].unique()), labels, goods_sectors()],
        names=["importer", "exporter", "sector"],
    )
    rates = known.reindex(everything)
    sides = everything.droplevel("exporter")
    importer, exporter = everything.get_level_values("importer"), everything.get_level_values("exporter")
    for values, basis in ((for_all, "mfn"), (partners["tariff_rate"], "partners")):
        filled = pd.Series(values.reindex(sides).to_numpy(), everything)
        gap = rates["tariff_rate"].isna() & filled.notna()
        rates.loc[gap, "tariff_rate"] = filled[gap]
        rates.loc[gap, "basis"] = basis
    pairs_within = np.array([pair in union_of for pair in zip(importer, exporter, strict=True)], dtype=bool)
    within = pairs_within & ~everything.isin(stated)
    rates.loc[within, "tariff_rate"] = 0.0
    rates.loc[within, "basis"] = "union"
    rates = rates.dropna(subset=["tariff_rate"]).reset_index()
    rates = rates[rates["importer"] != rates["exporter"]]
    return rates[list(COLUMNS)].sort_values(list(COLUMNS[:3]), ignore_index=True)


def _best_duties(products: pd.DataFrame, task: Import | None) -> pd.DataFrame:
    """The rows that count, with their sector: most detailed products, and of duty types the first that there is."""
    depth = products["product"].str.len()
    deepest = depth.groupby(products["importer"]).transform("max")
    if task is not None:
        task.skip("rows of less detailed products", int((depth < deepest).sum()))
    table = products.assign(order=products["duty"].map(DUTY_TYPES))[depth == deepest]
    best = table.groupby(["importer", "exporter", "product"])["order"].transform("min")
    return table[table["order"] == best]


def _others_of_sector(table: pd.DataFrame) -> pd.DataFrame:
    """Sums, as `_sums` gives them, of the products that an exporter has no rate of its own for: it pays that for all.

    Only where the file has no imports: they would have to be those of the pair.
    """
    keys = ["importer", "exporter", "sector"]
    columns = [*keys, "weight", "paid", "total", "count"]
    if table["value"].notna().any():
        return pd.DataFrame(columns=columns)
    own, everybody = table[table["exporter"] != ANY], table[table["exporter"] == ANY]
    sums = everybody.groupby(["importer", "sector"])["rate"].agg(["sum", "count"]).reset_index()
    both = own[[*keys, "product"]].merge(
        everybody[["importer", "product", "rate"]], on=["importer", "product"]
    )
    same = both.groupby(keys)["rate"].agg(total_same="sum", count_same="count").reset_index()
    pairs = (
        own[keys].drop_duplicates().merge(sums, on=["importer", "sector"]).merge(same, on=keys, how="left")
    )
    total = pairs["sum"] - pairs["total_same"].fillna(0.0)
    count = pairs["count"] - pairs["count_same"].fillna(0).astype(int)
    found = pairs[keys].assign(weight=0.0, paid=0.0, total=total, count=count)
    return found.loc[count > 0, columns]


def _sums(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """By group: imports, duties paid on them, and the sum and count of rates."""
    value = table["value"].fillna(0.0)
    parts = table[keys].assign(weight=value, paid=value * table["rate"], total=table["rate"], count=1)
    return parts.groupby(keys, as_index=False).sum()


def _mean(sums: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Rates weighted by imports where a group has any, else the plain mean."""
    groups = sums.groupby(keys, as_index=False)[["weight", "paid", "total", "count"]].sum()
    by_imports = groups["weight"] > 0
    weighted = groups["paid"] / groups["weight"].where(by_imports, 1.0)
    rate = np.where(by_imports, weighted, groups["total"] / groups["count"])
    return groups[keys].assign(tariff_rate=rate, basis=np.where(by_imports, "weighted", "simple"))
