"""Writes the measured tables of docs/accounts.md from the embedded files: ``python -m data.accounts.report``.

Published figures are those of the table of economies; nothing here was used to tune the accounts, and the
partner shares of the observed economies were not used at all.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from data import manifest
from samarkand.core.conventions import REST_OF_WORLD
from samarkand.priorities import all_indicators
from samarkand.world.accounts.estimation.evidence import RE_EXPORT_HUBS, decode_partners
from samarkand.world.accounts.estimation.holdout import HEADLINES, HELD_OUT, SCORES
from samarkand.world.accounts.estimation.ranges import RANGES
from samarkand.world.accounts.sectors import load_sectors
from samarkand.world.accounts.tables import Accounts, load_accounts
from samarkand.world.economies.tables import load_economies

PAGE = Path(__file__).resolve().parents[2] / "docs" / "accounts.md"
GROUPS = ("agriculture", "industry", "services")
# Shown in the table of partners: the economies of the table that lie on the corridors, and the largest
# traders.
SHOWN = (
    "CHN", "KAZ", "RUS", "BLR", "TUR", "PAK", "IND", "BGD", "MMR", "LAO", "KHM", "THA", "VNM", "MYS",
    "IDN", "POL", "HUN", "GRC", "EGY", "SAU", "ARE", "DEU", "USA", "JPN", "KOR",
)  # fmt: skip


def observed_economies(accounts: Accounts) -> list[str]:
    """The economies of the table."""
    return [code for code in accounts.economies if code not in {REST_OF_WORLD, *accounts.estimated}]


def compare_totals(accounts: Accounts, economies: pd.DataFrame) -> pd.DataFrame:
    """Exports, imports and GDP of the accounts beside the published ones, US$ billion, by economy."""
    table = observed_economies(accounts)
    facts = economies.loc[table]
    frame = pd.DataFrame(index=pd.Index(table, name="iso3"))
    for name in ("exports", "imports"):
        frame[name] = getattr(accounts, name).sel(economy=table).to_numpy() / 1e3
        frame[f"{name}_published"] = facts[name] / 1e9
    frame["gdp"] = accounts.value_added.sum("sector").sel(economy=table).to_numpy() / 1e3
    frame["gdp_published"] = facts["gdp_2022"] / 1e9
    frame["hub"] = [code in RE_EXPORT_HUBS for code in table]
    return frame


def compare_partners(accounts: Accounts, economies: pd.DataFrame, of: Collection[str]) -> pd.DataFrame:
    """Shares of exports of every published partner beside those of the accounts, first partner: rank 1.

    `of`: the exporters compared.
    """
    flow = accounts.trade_flow.sum("sector").transpose("origin", "destination").to_numpy().copy()
    np.fill_diagonal(flow, 0.0)
    shares = flow / flow.sum(axis=1, keepdims=True)
    codes = accounts.economies
    rows = []
    for origin, code in enumerate(codes):
        published = decode_partners(economies.loc[code, "export_partners"]) if code in of else {}
        first = codes[int(shares[origin, : codes.index(REST_OF_WORLD)].argmax())]
        for rank, (partner, share) in enumerate(published.items(), 1):
            if partner in codes:
                found = shares[origin, codes.index(partner)]
                rows.append((code, rank, partner, share, found, first))
    columns = ["economy", "rank", "partner", "published", "accounts", "first_in_accounts"]
    return pd.DataFrame(rows, columns=columns)


def compare_groups(
    accounts: Accounts, economies: pd.DataFrame, of: Sequence[str] | None = None
) -> pd.DataFrame:
    """Agriculture, industry and services in value added beside the published shares of GDP."""
    added = accounts.value_added
    groups = np.array([sector.group for sector in load_sectors()])
    table = list(of or observed_economies(accounts))
    frame = pd.DataFrame(index=pd.Index(table, name="iso3"))
    total = economies.loc[table, [f"{name}_share" for name in GROUPS]].sum(axis=1, min_count=3)
    for name in GROUPS:
        part = added.isel(sector=np.flatnonzero(groups == name)).sum("sector") / added.sum("sector")
        frame[name] = part.sel(economy=table).to_numpy()
        frame[f"{name}_published"] = economies.loc[table, f"{name}_share"] / total
    return frame


def _per_cent(value: float) -> str:
    return f"{100 * value:.1f}"


def _markdown(header: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def _quantiles(values: pd.Series[float]) -> list[str]:
    # A difference of rounding is shown as zero without a sign.
    return [_per_cent(value) for value in values.quantile([0.1, 0.5, 0.9]).round(3) + 0.0]


def _totals_table(totals: pd.DataFrame, scale: float) -> str:
    settled = totals[~totals["hub"]]
    of = f"of {len(settled)} economies"
    rows = []
    for name, factor in (("exports", scale), ("imports", 1 / scale)):
        ratio = settled[name] / settled[f"{name}_published"]
        rows.append([f"{name} {of}, against what was balanced to", *_quantiles(ratio / factor - 1)])
        rows.append([f"{name} {of}, as published", *_quantiles(ratio - 1)])
    ratio = totals["gdp"] / totals["gdp_published"]
    rows.append(["value added against GDP carried back to 2022, 80 economies", *_quantiles(ratio - 1)])
    return _markdown(["difference, per cent", "1st decile", "median", "9th decile"], rows)


def _hubs_table(totals: pd.DataFrame) -> str:
    rows = []
    for code, row in totals[totals["hub"]].iterrows():
        sides = ("exports", "exports_published", "imports", "imports_published")
        balances = [row["exports"] - row["imports"], row["exports_published"] - row["imports_published"]]
        figures = [f"{value:,.0f}" for value in [*(row[side] for side in sides), *balances]]
        rows.append([str(code), *figures, RE_EXPORT_HUBS[str(code)]])
    header = ["", "exports", "published", "imports", "published", "balance", "published", "why not forced"]
    return _markdown(header, rows)


def _partners_table(partners: pd.DataFrame) -> str:
    first = partners[partners["rank"] == 1].set_index("economy")
    rows = [
        [
            code,
            first.loc[code, "partner"],
            f"{100 * first.loc[code, 'published']:.0f}",
            f"{100 * first.loc[code, 'accounts']:.0f}",
            first.loc[code, "first_in_accounts"],
        ]
        for code in SHOWN
        if code in first.index
    ]
    header = ["exporter", "first partner published", "its share, %", "in the accounts, %", "first there"]
    return _markdown(header, rows)


def _partners_summary(partners: pd.DataFrame) -> str:
    first = partners[partners["rank"] == 1]
    error = (first["accounts"] - first["published"]).abs()
    every = (partners["accounts"] - partners["published"]).abs()
    hits = int((first["partner"] == first["first_in_accounts"]).sum())
    correlation = float(np.corrcoef(partners["accounts"], partners["published"])[0, 1])
    return (
        f"Over {len(first)} economies the first partner's share of exports is met to "
        f"{_per_cent(error.mean())} points on average (median {_per_cent(error.median())}), and the first "
        f"partner is the same for {hits}. Over all {len(partners)} published shares the mean miss is "
        f"{_per_cent(every.mean())} points and the correlation {correlation:.2f}."
    )


def _groups_table(groups: pd.DataFrame) -> str:
    rows = [[name, *_quantiles(groups[name] - groups[f"{name}_published"])] for name in GROUPS]
    return _markdown(["points of value added less points of GDP", "1st decile", "median", "9th decile"], rows)


def _embedded(name: str) -> pd.DataFrame:
    return pq.read_table(manifest.EMBEDDED / name).to_pandas()


def _bound(residual: float) -> str:
    """The power of ten that a residual stays below: its digits are rounding, and differ from machine to machine."""
    return f"below 1e{math.floor(math.log10(max(residual, 1e-16))) + 1:d}"


def _hold_out_table() -> str:
    scores = _embedded(SCORES)
    columns = (
        "right_partners",
        "correlation_pair",
        "log_error_pair",
        "correlation_sector",
        "log_error_sector",
    )

    def cells(ours: pd.Series[float], plain: pd.Series[float]) -> list[str]:
        return [f"{ours[name]:.2f} ({plain[name]:.2f})" for name in columns]

    by_method = {str(method): part.set_index("economy") for method, part in scores.groupby("method")}
    ours, plain = by_method["estimate"], by_method["plain gravity"]
    rows = [[str(code), HELD_OUT[str(code)], *cells(ours.loc[code], plain.loc[code])] for code in ours.index]
    means = [part[list(columns)].mean() for part in (ours, plain)]
    rows.append(["mean", "", *cells(*means)])
    text = (
        f"The estimate beats plain gravity on trade with the right partners by "
        f"{_per_cent(means[0]['right_partners'] - means[1]['right_partners'])} points, its median error of pairs is "
        f"{_per_cent(1 - means[0]['log_error_pair'] / means[1]['log_error_pair'])} per cent smaller, of pairs and "
        f"sectors {_per_cent(1 - means[0]['log_error_sector'] / means[1]['log_error_sector'])} per cent. "
        f"{int(ours['flows_pair'].sum()):,} flows by pair and {int(ours['flows_sector'].sum()):,} by pair and sector "
        f"are compared. Intermediate exports come out too large by {ours['log_ratio_exports'].mean():.2f} in logs on "
        f"the mean, imports by {ours['log_ratio_imports'].mean():.2f}."
    )
    header = [
        "", "", "right partners", "correlation, pairs", "log error, pairs", "correlation, sectors",
        "log error, sectors",
    ]  # fmt: skip
    return text + "\n\n" + _markdown(header, rows)


def _headline_table() -> str:
    found = _embedded(HEADLINES)
    found = found[found["indicator"] == "real_income"]
    wide = found.set_index(["economy", "method"])
    rows = [
        [
            code,
            f"{100 * wide.loc[(code, 'estimate'), 'observed']:.4f}",
            *(
                f"{100 * wide.loc[(code, method), 'estimated']:.4f}"
                for method in ("estimate", "plain gravity")
            ),
        ]
        for code in dict.fromkeys(found["economy"])
    ]
    return _markdown(["real income, per cent", "accounts observed", "estimated", "plain gravity"], rows)


def _ranges_table() -> str:
    """Widths in force: an indicator that takes the range of another has none of its own."""
    taken = {row.name for rows in all_indicators().values() for row in rows if row.range_of}
    rows = [
        [
            row["indicator"],
            f"{row['relative']:.3g}",
            f"{row['absolute']:.2g}" if row["absolute"] else "",
            f"{row['inside']} of {row['economies']}",
        ]
        for row in _embedded(RANGES).to_dict("records")
        if row["indicator"] not in taken
    ]
    return _markdown(["headline", "relative", "absolute", "held-out economies inside"], rows)


def render_tables() -> dict[str, str]:
    """The page's tables, keyed by the name of their place in it."""
    accounts, economies = load_accounts(), load_economies()
    files = manifest.read_manifest()["files"]
    measures = files["accounts_flow.parquet"]["measures"]
    totals, partners = (
        compare_totals(accounts, economies),
        compare_partners(accounts, economies, observed_economies(accounts)),
    )
    balances = accounts.balances()
    largest = balances.assign(relative=balances["relative"].abs()).groupby("balance")["relative"].max()
    stored = [[name, _bound(value)] for name, value in largest.items()]
    ours = {
        name: entry
        for name, entry in files.items()
        if name.startswith(("accounts", "economies", "estimation"))
    }
    sizes = [[name, f"{entry['bytes'] / 1e6:.2f}"] for name, entry in ours.items()]
    members = [code for code in accounts.economies if code in accounts.estimated]
    size = accounts.value_added.sum("sector")
    part = {
        name: float(size.sel(economy=codes).sum() / size.sum())
        for name, codes in (("members", members), ("row", [REST_OF_WORLD]))
    }
    reduced = measures["reduced_re_exports_usd_m"]
    estimated = (
        f"{len(members)} economies are estimated, with {_per_cent(part['members'])} per cent of the world's value "
        f"added; the rest of the world holds {len(measures['in_row'])} places with {_per_cent(part['row'])} per "
        f"cent ({', '.join(measures['in_row'])}). Published exports were multiplied, and imports divided, by "
        f"{measures['scale_of_exports']:.4f}. Re-exports were taken off both sides of "
        f"{', '.join(f'{code} ({value / 1e3:.1f} bn US$)' for code, value in reduced.items())}. "
        f"{measures['outside_input_caps_met']} industries of observed economies reach the cap on inputs from "
        f"estimated ones. Balancing took {measures['rounds_of_balancing'][-1]} rounds."
    )
    theirs = compare_partners(accounts, economies, members)
    miss = (theirs["accounts"] - theirs["published"]).abs()
    ours_by_group = compare_groups(accounts, economies, members)
    group_miss = pd.concat(
        [(ours_by_group[name] - ours_by_group[f"{name}_published"]).abs() for name in GROUPS]
    ).dropna()
    estimated += (
        f"\n\nOf their {len(theirs)} published shares of exports with partners of their own in the accounts the "
        f"mean miss is {_per_cent(miss.mean())} points (median {_per_cent(miss.median())}); of their sectors of "
        f"GDP {_per_cent(group_miss.mean())} points (median {_per_cent(group_miss.median())})."
    )
    return {
        "balances": _markdown(["balance", "largest relative residual"], stored),
        "hold-out": _hold_out_table(),
        "headlines": _headline_table(),
        "ranges": _ranges_table(),
        "sizes": _markdown(["file", "MB"], sizes),
        "estimated": estimated,
        "totals": _totals_table(totals, measures["scale_of_exports"]),
        "hubs": _hubs_table(totals),
        "partners": _partners_summary(partners) + "\n\n" + _partners_table(partners),
        "groups": _groups_table(compare_groups(accounts, economies)),
    }


def fill_page(page: str, tables: dict[str, str]) -> str:
    """The page with each table between its marks ``<!-- begin NAME -->`` and ``<!-- end NAME -->``.

    Raises:
        ValueError: a table has no place in the page.
    """
    for name, text in tables.items():
        pattern = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        page, found = pattern.subn(lambda match, text=text: f"{match[1]}{text}\n{match[2]}", page)
        if found != 1:
            raise ValueError(f"the page has {found} places for the table {name}")
    return page


if __name__ == "__main__":
    PAGE.write_text(fill_page(PAGE.read_text(encoding="utf-8"), render_tables()), encoding="utf-8")
