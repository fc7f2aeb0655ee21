"""Poverty on the page of the report and in `samarkand people`: by line, by economy, of one economy by tenth."""

from __future__ import annotations

import numpy as np

from samarkand.core.declarations import read_table
from samarkand.core.evidence import Cited
from samarkand.priorities.faces import Answer, Bars, Table, shown
from samarkand.priorities.social.distribution import TENTHS, Distribution, distributions
from samarkand.priorities.social.incidence import CHANNELS
from samarkand.world.economies.tenths import has_tenths

MOST_ROWS = 20
NO_SURVEY = (
    "Poverty is not assessed: no mean of a household survey is known. "
    "Import one: samarkand world import pip FILE --name NAME."
)
ALIKE = (
    "Incomes of all people of an economy are taken to move alike: who gains more, and who bears the taxes, is not "
    "known without shares of work, spending and taxes by tenth. Import them: samarkand world import tenths FILE."
)
UNLIKE = (
    "People of a tenth live on the sectors they work in, buy what they buy and bear their part of the taxes; nobody "
    "changes sector. Where labour moves freely wages of all change alike."
)
MOST_CHARTS = 4
DIFFERENCE = (
    "Published: World Bank (2019), Belt and Road Economics, for all transport corridors, about 70 economies and "
    "incomes projected to 2030. Ours: the items of this programme that act, after they are paid for; economies with a "
    "survey alone, as of its year; the pass-through that is declared. Nothing is tuned to the published figures."
)


class PublishedRow(Cited):
    """A row of `published_poverty.csv`: people fewer under a line, as somebody else found it."""

    line: str
    people: float
    year: int


def published_poverty() -> dict[str, PublishedRow]:
    """The published estimates by line."""
    rows = read_table("samarkand.priorities.social", "published_poverty.csv", PublishedRow)
    return {row.line: row for row in rows}


def said_of_poverty(answer: Answer) -> tuple[str, ...]:
    """What is known of poverty, in sentences."""
    if "case" not in answer.array("people_in_poverty").dims:
        return (NO_SURVEY,)
    known = _known_by_tenth(answer)
    surveyed = sum(one.survey is not None for one in distributions(answer.world).values())
    return (*((UNLIKE,) if known else ()), *((ALIKE,) if len(known) < surveyed else ()))


def _known_by_tenth(answer: Answer) -> list[str]:
    """Economies with a survey whose shares by tenth are known."""
    found = distributions(answer.world).items()
    return [
        code for code, one in found if one.survey is not None and has_tenths(answer.world.fact_table, code)
    ]


def charts_of_tenths(answer: Answer, economy: str = "") -> tuple[Bars, ...]:
    """Who gains by tenth, of an economy or of those where tenths differ most; none where all move alike."""
    known = [code for code in _known_by_tenth(answer) if economy in ("", code)]
    changes = {code: answer.array("income_of_tenths").sel(economy=code).to_numpy() for code in known}
    order = sorted(known, key=lambda code: -float(np.ptp(changes[code])))
    return tuple(
        Bars(
            f"Change of income by tenth, from the poorest: {answer.world.name_of(code)}", "fraction", "people",
            TENTHS, tuple(map(float, changes[code])),
        )
        for code in order[:MOST_CHARTS]
    )  # fmt: skip


def _who_gains(answer: Answer, economy: str) -> Table:
    found = answer.array("growth_incidence").sel(economy=economy)
    rows = tuple(
        (tenth, *(_per_cent(float(found.sel(case=f"{tenth}: {channel}")), "+.4f") for channel in CHANNELS))
        for tenth in TENTHS
    )
    return Table("Who gains: change of real income by tenth", ("people", *CHANNELS), rows, note=UNLIKE)


def poverty_tables(answer: Answer) -> tuple[Table, ...]:
    """People under each line together, and the economies where they change most; none where no survey is known."""
    if "case" not in answer.array("people_in_poverty").dims:
        return ()
    return _by_line(answer), _by_economy(answer)


def _by_line(answer: Answer) -> Table:
    without, with_ = (answer.array("people_in_poverty", part) for part in ("without", "with"))
    rows = []
    for case in map(str, without["case"].to_numpy()):
        before, after = (one.sel(case=case).dropna("economy") for one in (without, with_))
        one = published_poverty().get(case)
        published = f"{-one.people / 1e6:+,.1f}" if one is not None else ""
        people = (f"{float(one.sum()) / 1e6:,.3f}" for one in (before, after))
        change = f"{float((after - before).sum()) / 1e6:+,.4f}"
        rows.append((case, f"{before.sizes['economy']}", *people, change, published))
    note = DIFFERENCE if any(row[-1] for row in rows) else ""
    heads = ("line a day", "economies with a survey", "without", "with", "change", "published change")
    return Table("People in poverty, million", heads, tuple(rows), note=note)


def _by_economy(answer: Answer) -> Table:
    """At the lowest line of each economy's survey."""
    headcount = answer.array("poverty_headcount", "without")
    change = answer.array("people_in_poverty")
    found = []
    for economy, one in distributions(answer.world).items():
        if one.survey is None:
            continue
        case = str(headcount.sel(economy=economy).dropna("case")["case"].to_numpy()[0])
        at = {"economy": economy, "case": case}
        people = float(change.sel(at))
        found.append((people, (answer.world.name_of(economy), case, *_known(one),
                               _per_cent(float(headcount.sel(at))), shown(people, "+,.0f"))))  # fmt: skip
    found.sort(key=lambda pair: -abs(np.nan_to_num(pair[0])))
    rows = tuple(row for _, row in found[:MOST_ROWS])
    note = f"{len(found)} economies; the first {len(rows)} are shown." if len(found) > len(rows) else ""
    heads = ("economy", "line a day", "survey", "incomes", "headcount without", "change of people")
    return Table("People in poverty by economy, at the lowest line", heads, rows, note=note, numbers=4)


def poverty_of(answer: Answer, economy: str) -> tuple[Table, ...]:
    """Lines and tenths of one economy; none without a survey."""
    one = distributions(answer.world).get(economy)
    if one is None or one.survey is None:
        return ()
    survey, incomes = _known(one)
    levels = [
        [answer.array(name, part).sel(economy=economy) for part in ("without", "with")]
        for name in ("poverty_headcount", "poverty_gap", "people_in_poverty")
    ]
    cases = list(map(str, levels[0][0].dropna("case")["case"].to_numpy()))
    lines = tuple(
        (case, *(form(float(part.sel(case=case))) for pair, form in zip(
            levels, (_per_cent, _per_cent, shown), strict=True) for part in pair))
        for case in cases
    )  # fmt: skip
    tenths = [answer.array("income_of_tenths", part).sel(economy=economy) for part in ("without", "with")]
    unlike = economy in _known_by_tenth(answer)
    return (
        *((_who_gains(answer, economy),) if unlike else ()),
        Table(
            f"Poverty; survey of {survey}, {incomes}",
            ("line a day", *(f"{name}, {part}" for name in ("headcount", "gap", "people")
                             for part in ("before", "after"))),
            lines,
        ),
        Table(
            f"Income a head and day by tenth, PPP$ of {one.survey.ppp_year}",
            ("people", "before", "after", "change"),
            tuple(
                (str(name), f"{float(before):.2f}", f"{float(after):.2f}", f"{float(after - before):+.4f}")
                for name, before, after in zip(tenths[0]["case"].to_numpy(), *tenths, strict=True)
            ),
            note="" if unlike else ALIKE,
        ),
    )  # fmt: skip


def _known(one: Distribution) -> tuple[str, str]:
    """The survey, and how incomes are taken to be spread."""
    assert one.survey is not None
    year = "year unknown" if one.survey.year is None else str(one.survey.year)
    measure = one.survey.measure or "income or consumption"
    spread = "lognormal by the Gini index" if one.is_fallback else f"{one.curve.name} Lorenz curve"
    return f"{measure} {year}", spread


def _per_cent(value: float, form: str = ".2f") -> str:
    return shown(value, form, 100.0, "%")
