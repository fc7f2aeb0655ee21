"""The debt page of an economy: its mechanical risk signal, or what that needs, and the programme's own debt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from samarkand.engines.debt.fan import gross_financing_need
from samarkand.engines.debt.stress import TESTS
from samarkand.priorities.faces import Answer, Chart, Page, Table, shown
from samarkand.priorities.finance.debt_calls import TITLES as KINDS
from samarkand.priorities.finance.debt_calls import Calls, calls_of, exposures
from samarkand.priorities.finance.debt_drivers import drivers_table
from samarkand.priorities.finance.debt_effect import Owed, effect_on, owed_by
from samarkand.priorities.finance.debt_fans import fan_of
from samarkand.priorities.finance.debt_framework import (
    CLASSES,
    RATIOS,
    TITLES,
    Framework,
    covered,
    ratings,
)
from samarkand.priorities.finance.debt_ids import Published
from samarkand.priorities.finance.debt_inputs import Effect, alternative_ratios, baseline_of
from samarkand.priorities.finance.debt_macro import Economy, spans
from samarkand.priorities.finance.debt_outcome import NAMES, Outcome, outcome_of
from samarkand.priorities.finance.debt_realism import realism_of

NO_FILE = "gdp, exports, revenue, debt and the other series of debt_series.csv: --macro and --terms, or --template FILE"
TEST_NAMES = {**NAMES, "A2": "alternative scenario"}
PERIMETERS = {
    "public_external": "public, external", "public_domestic": "public, domestic",
    "state_owned": "state-owned borrowers", "private_non_guaranteed": "project companies", "undeclared": "not declared",
}  # fmt: skip


def debt_page(
    answer: Answer,
    code: str,
    economy: Economy | None,
    rules: Framework,
    published: Published | None = None,
    before: Economy | None = None,
    other: Economy | None = None,
) -> Page:
    """The page of an economy; without its paths the thresholds and the programme's own debt.

    `before`: an earlier path of it, against which its years of data are compared. `other`: it under an alternative
    scenario (A2), which changes no signal.
    """
    name = name_of(answer, code)
    years = _years(answer, code, economy)
    owed = owed_by(answer, code, years)
    calls = calls_of(exposures(answer, code, years), economy, rules)
    lead = [_applies(name, code, rules)]
    tables: list[Table] = []
    charts: list[Chart] = []
    if economy is None:
        lead.append(f"Not assessable: needs {NO_FILE}.")
    else:
        effect = effect_on(answer, economy)
        without, with_ = outcome_of(economy, rules), outcome_of(economy, rules, effect)
        lead += _said(without, with_, code)
        if without.ratios:
            charts += [_chart(name_, without, with_) for name_ in RATIOS]
            second = {} if other is None else alternative_ratios(economy, other, rules, effect)
            tables += [_tests(with_, second), _checks(economy, rules), _effect(effect, without.years)]
            drivers, missing = drivers_table(economy, before)
            tables.append(drivers)
            lead += missing
            tables.append(_needs_to_raise(economy, effect, without.years))
            charts += fan_of(economy) if code not in covered() else []
    if not (economy is not None and without.thresholds):
        tables.append(thresholds_table(rules))
    lead += _said_of_loans(owed)
    tables.append(_loans(owed))
    if published is not None:
        lead += _contracted(published, economy)
        tables.append(_published(published, owed))
    if calls:
        tables.append(_calls(calls))
    return Page(f"Debt of {name}", tuple(lead), tuple(charts), tuple(one for one in tables if one.rows))


def name_of(answer: Answer, code: str) -> str:
    """The name of an economy."""
    from samarkand.world.economies.tables import economy_names

    return economy_names().get(code) or answer.world.name_of(code)


def _years(answer: Answer, code: str, economy: Economy | None) -> tuple[int, ...]:
    """Years of the programme's debt: those of its loans, and those of the projection."""
    from samarkand.priorities.finance.assessment import stack_of
    from samarkand.priorities.finance.debt_service import years_of

    mine = [one for one in stack_of(answer.timeline) if code in one.hosts]
    years = set(years_of(mine)) | set(economy.projection[:21] if economy else ())
    return tuple(range(min(years), max(years) + 1)) if years else ()


def _applies(name: str, code: str, rules: Framework) -> str:
    if code not in covered():
        return (
            f"{name} is not among the economies under the joint framework of the IMF and the World Bank for low-income "
            "countries: financing needs and a fan of debt are shown, no risk signal is given."
        )
    published = ratings().get(code)
    said = f"The joint framework of the IMF and the World Bank ({rules.vintage}) applies to {name}."
    if published is None:
        return said
    return f"{said} Published rating: {published.rating} ({published.published.isoformat()})."


def _said(without: Outcome, with_: Outcome, code: str) -> list[str]:
    """Sentences of the signal, its reasons and what is missing."""
    if without.needs:
        return [f"The signal is not assessable: needs {'; '.join(without.needs)}."]
    if code not in covered():
        return []
    force = without.capacity
    found = [f"Debt-carrying capacity: {force.word} ({force.said})."]
    said = f"Mechanical risk signal, without judgement: {with_.external} for external debt, {with_.overall} overall"
    same = (without.external, without.overall) == (with_.external, with_.overall)
    change = (
        "; the same without the programme"
        if same
        else f"; without the programme {without.external} and {without.overall}"
    )
    room = f" Space to absorb shocks: {with_.room}." if with_.room else ""
    found.append(f"{said}{change}.{room}")
    if with_.pressure is not None:
        found.append(f"Pressure of markets: {('low', 'moderate', 'high')[with_.pressure]}.")
    return [*found, *(f"{reason}." for reason in with_.reasons), *_beside(with_, code)]


def _beside(outcome: Outcome, code: str) -> list[str]:
    """Why a published rating may be another: it is made with judgement and from other paths."""
    published = ratings().get(code)
    if published is None or published.rating == outcome.external:
        return []
    said = f"The published rating of {published.published.year} is {published.rating}: it rests on the paths of that "
    return [said + "analysis and on judgement; this signal rests on the file alone."]


def _chart(name: str, without: Outcome, with_: Outcome) -> Chart:
    lines: dict[str, Sequence[float]] = {
        "without the programme": without.ratios[name][0].tolist(), "with it": with_.ratios[name][0].tolist(),
    }  # fmt: skip
    if test := with_.extreme.get(name):
        lines[f"with it, {test} ({NAMES[test]})"] = with_.ratios[name][TESTS.index(test)].tolist()
    if limit := with_.thresholds.get(name):
        lines["threshold"] = [limit] * len(with_.years)
    return Chart(TITLES[name].replace(", % of ", " over "), "fraction", with_.years, lines)


def _tests(with_: Outcome, other: Mapping[str, np.ndarray]) -> Table:
    """Highest ratio of the ten years after the first under every test, with the programme; `other`: under A2."""
    paths = {test: {name: with_.ratios[name][k] for name in RATIOS} for k, test in enumerate(TESTS)}
    if other:
        paths = {"baseline": paths["baseline"], "A1": paths["A1"], "A2": dict(other), **paths}
    rows = []
    for test, mine in paths.items():
        peaks = [mine[name][1:11] for name in RATIOS]
        if not np.isnan(peaks[0]).all():
            cells = []
            for name, path in zip(RATIOS, peaks, strict=True):
                limit = with_.thresholds.get(name)
                mark = "*" if limit is not None and float(path.max()) > limit else ""
                cells.append(f"{100 * float(path.max()):.1f}{mark}")
            rows.append((test if test != "baseline" else "", TEST_NAMES[test], *cells))
    if with_.thresholds:
        rows.append(("", "threshold", *(f"{100 * with_.thresholds[name]:.0f}" for name in RATIOS)))
    heads = ("test", "", "PV/GDP", "PV/exports", "service/exports", "service/revenue", "public PV/GDP")
    note = "Highest of the ten years after the first, with the programme, %. * above the threshold. Perimeter: public "
    note += "and publicly guaranteed external debt; the last column all public debt."
    return Table("Stress tests", heads, tuple(rows), note, numbers=2)


def thresholds_table(rules: Framework) -> Table:
    """Thresholds and benchmarks of all three classes."""
    rows = tuple(
        (TITLES[name], *(f"{100 * rules.thresholds(word)[name]:.0f}" for word in CLASSES)) for name in RATIOS
    )
    return Table("Thresholds by debt-carrying capacity, %", ("ratio", *CLASSES), rows)


def _checks(economy: Economy, rules: Framework) -> Table:
    return Table("Is the path realistic?", ("what", "figures", ""), realism_of(economy, rules), numbers=3)


def _effect(effect: Effect, years: tuple[int, ...]) -> Table:
    rows = tuple(
        (
            str(year), f"{100 * (effect.gdp[k] - 1):+.2f} %", f"{100 * (effect.exports[k] - 1):+.2f} %",
            f"{effect.value[k]:,.0f}", f"{effect.service[k]:,.1f}",
        )
        for k, year in enumerate(years) if k in (0, 1, 2, 5, 10, 15, 20)
    )  # fmt: skip
    heads = ("year", "output", "exports", "present value", "service")
    note = (
        "Output and exports in US$ in the equilibrium of the years asked about; debt of the perimeter public "
    )
    note += "external, US$ m. More years of effects: --year 2025:2045."
    return Table("What the programme adds", heads, rows, note)


def _needs_to_raise(economy: Economy, effect: Effect, years: tuple[int, ...]) -> Table:
    service = economy.ahead("service_public")[: len(years)]
    if np.isnan(service).all():
        return Table("Gross financing needs", ("year",), ())
    before, after = baseline_of(economy), baseline_of(economy, effect)
    need = gross_financing_need(before.primary, service) / before.gdp
    more = gross_financing_need(after.primary, service + effect.service) / after.gdp
    both = [(str(year), float(need[k]), float(more[k])) for k, year in enumerate(years[:11])]
    rows = tuple((year, shown(one, ".1f", 100), shown(other, ".1f", 100)) for year, one, other in both)
    return Table("Gross financing needs, % of output", ("year", "without", "with"), rows)


def _said_of_loans(owed: Owed) -> list[str]:
    found = []
    if owed.service and any(values.any() for values in owed.service.values()):
        total = sum(float(values.sum()) for values in owed.service.values())
        found.append(
            f"The programme's loans with known terms cost it US$ {total:,.0f} m of service in all, nominal."
        )
    if owed.unknown:
        found.append(f"Loans without a schedule, in no figure: {'; '.join(owed.unknown)}.")
    if float(owed.debt["undeclared"].max(initial=0.0)) > 0:
        found.append("Debt whose perimeter nobody declares is shown and is in no ratio.")
    return found


def _loans(owed: Owed) -> Table:
    """The programme's own debt, nominal and at present value, by perimeter: exact, whatever else is not known."""
    rows = []
    for k, year in enumerate(owed.years):
        for name in owed.perimeters:
            debt, service, value = owed.debt[name][k], owed.service[name][k], owed.value[name][k]
            if debt or service:
                rows.append((str(year), PERIMETERS[name], f"{debt:,.1f}", f"{service:,.1f}", f"{value:,.1f}"))
    heads = ("year", "perimeter", "owed at its end", "service", "present value")
    note = (
        "US$ m, nominal; present value at the discount rate of 5 % of the service to come on what is drawn."
    )
    return Table("The programme's own debt", heads, tuple(rows), note, numbers=2)


def _contracted(published: Published, economy: Economy | None) -> list[str]:
    """Years in which a path pays less than is contracted already."""
    years = () if economy is None else published.shortfalls(economy)
    if not years:
        return []
    return [f"The path's service of {spans(years)} is below what is contracted already: check the path."]


def _published(published: Published, owed: Owed) -> Table:
    """Published public external debt by year, and the programme's public external service beside it."""
    mine = dict(zip(owed.years, owed.service.get("public_external", np.zeros(len(owed.years))), strict=True))
    rows = tuple(
        (
            str(year), "data" if year <= published.last else "contracted",
            *(shown(published.of(name, year), ",.1f") for name in ("debt", "service", "interest")),
            f"{mine.get(year, 0.0):,.1f}",
        )
        for year in published.years
    )  # fmt: skip
    heads = ("year", "", "owed at its end", "service", "of it interest", "programme's service")
    note = "US$ m. World Bank, International Debt Statistics: long-term, public and publicly guaranteed."
    return Table("Public external debt as published", heads, rows, note, numbers=2)


def _calls(calls: tuple[Calls, ...]) -> Table:
    rows = tuple(
        (
            KINDS[one.kind], f"{float(one.owed.max()):,.0f}",
            f"needs {one.kind}_call" if one.expected is None else f"{float(one.expected.sum()):,.1f}",
            f"needs {one.kind}_stress" if one.stressed is None else f"{one.stressed:,.1f}",
        )
        for one in calls
    )  # fmt: skip
    heads = ("of", "most owed", "expected calls in all years", "stressed call")
    note = "US$ m. Rates are terms of the file; the stressed share of project companies is that of the framework."
    return Table("Fiscal risk: what the government may have to pay", heads, rows, note)
