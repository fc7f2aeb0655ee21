"""What standards say of projects, as tables: of all, of those of an economy, of one with its maps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from samarkand.core.faults import Faults
from samarkand.priorities.environment.areas_page import (
    IN_COLOUR,
    areas_maps,
    areas_tables,
    drawn_areas,
    says_of_map,
    sites_of,
    stretches,
    ways_of,
)
from samarkand.priorities.environment.green_finance_page import green_finance_tables
from samarkand.priorities.environment.hazards import HazardLoss, hazard_loss
from samarkand.priorities.environment.layers import Overlay, overlay
from samarkand.priorities.environment.lender_categories import categories_of
from samarkand.priorities.environment.maps_asked import no_subject, without_place
from samarkand.priorities.environment.places import Places, places_of
from samarkand.priorities.environment.screening import ALL, Finding, left_out
from samarkand.priorities.environment.screening_fields import screen_item
from samarkand.priorities.environment.screening_map import map_of_projects
from samarkand.priorities.environment.screening_outcomes import NO_PROJECT, areas_met, is_screened, screened
from samarkand.priorities.faces import NO_FIGURE, Answer, LineMap, Page, Table, shown
from samarkand.priorities.timeline import Layers
from samarkand.programme.model.models import Item

OPEN = "not assessable"
SHORT = {
    "brigc_class": "Green Development Guidance",
    "eu_taxonomy_contribution": "EU taxonomy",
    "eu_taxonomy_no_harm": "EU taxonomy, no harm",
    "equator_category": "Equator Principles",
    "ifc_performance_standards": "IFC standards",
    "green_investment_principles": "Green Investment Principles",
}
BY_ITEM = ("brigc_class", "eu_taxonomy_contribution", "equator_category")
HEADS = ("project", "Guidance", "EU taxonomy", "Equator", "missing")
NOTE = (
    "Rules are applied to what the programme file says of a project, and to the category that a lender has published "
    "of it. What is missing is never a pass. Standards are not added up."
)
FEW = 10  # events
STRAIGHT = 1.2  # length published over that drawn, from which the drawn line is said to be rough


def page_of_screening(answer: Answer, word: str = "", protected: Path | None = None) -> Page:
    """All projects, or those of an economy; with what all cross of a map of areas, where one is given."""
    timeline = answer.timeline if protected is None else replace(answer.timeline, layers=Layers(protected))
    found = screened(timeline)
    title, items = "What standards say of the projects", {item.id: item for item in answer.timeline.items}
    if word:
        code = word.upper()
        named = answer.world.names.get(code)
        mine = {name: one for name, one in found.items() if code in items[name].economies}
        if not mine:
            raise Faults([no_subject(answer.timeline.items, word)])
        found, title = mine, f"What standards say of the projects in {named or code}"
    if not found:
        return Page(title, lead=(NO_PROJECT,))
    finance = () if word else green_finance_tables(answer)
    charts = map_of_projects(found, answer.timeline.items)
    met = areas_met(timeline)
    tables = (table_of_projects(found), *areas_tables(timeline), *finance, table_of_rules_left_out())
    lead = (NOTE, says_of_map(met)) if met else (NOTE,)
    return Page(title, lead=lead, charts=charts, tables=tables, pictures=areas_maps(timeline))


def table_of_projects(found: Mapping[str, tuple[Finding, ...]]) -> Table:
    """A row a project: its word under the standards that give one, and how many fields are missing."""
    rows = tuple(
        (name, *(_short_word(_of(one, standard)) for standard in BY_ITEM), _missing(one))
        for name, one in found.items()
    )
    total = sum(len(one) for one in found.values())
    decided = sum(bool(each.outcome) for one in found.values() for each in one)
    note = (
        f"{decided} of {total} questions of the standards are decided. n/a is not assessable: samarkand screen ITEM "
        "says what is missing, and which words may still be said. Guidance: the Green Development Guidance; "
        "missing: fields."
    )
    return Table("Under each standard", HEADS, rows, note, numbers=4)


def table_of_rules_left_out(item: Item | None = None) -> Table:
    """Rules that are left out, and why; those that would be of an item, or all."""
    rows = tuple(
        (SHORT[one.standard], one.subject, one.reason)
        for one in left_out()
        if item is None or ALL in one.kinds or one.is_of(item.kind, next(iter(item.words("fuel")), None))
    )
    return Table("Rules that are left out", ("standard", "of what", "why"), rows, numbers=3)


def page_of_project(
    answer: Answer,
    item: Item,
    protected: Path | None,
    depths: Mapping[float, Path],
    protection: float,
    days: float,
) -> Page:
    """One project under every standard, with what maps of areas and of depths say of it."""
    if not is_screened(item):
        return Page(
            f"What standards say of {item.title}", lead=("A measure builds nothing that standards screen.",)
        )
    places = places_of(item)
    area = None if protected is None else _overlay(protected, item, places)
    failure_share = answer.timeline.assumptions.parameters["hazard_failure_share"]
    hazard = hazard_loss(item, depths, failure_share, protection) if depths else None
    known = {} if area is None or area.says is None else {"protected_area": area.says}
    findings = screen_item(item, answer.world.fact_table, known)
    tables = [_decided(findings), _of_lenders(item), _open(findings), _turns(findings)]
    lead = [
        f"{item.kind_row.label}; {', '.join(answer.world.name_of(code) for code in item.economies)}.",
        NOTE,
    ]
    pictures: tuple[LineMap, ...] = ()
    if area is not None:
        lead.append(_says_of_areas(area, item))
        tables.append(
            Table(f"Areas of {area.layer}", ("area",), tuple((name,) for name in area.areas), numbers=1)
        )
        pictures = (_map(item, places, area, answer.world.names),)
    if hazard is not None:
        pictures += _flood_map(item, places, hazard, answer.world.names)
        tables += [_events(hazard), _expected(hazard, days), _keys(hazard, days, depths)]
    tables.append(table_of_rules_left_out(item))
    return Page(
        f"What standards say of {item.title}",
        tuple(lead),
        tables=tuple(one for one in tables if one.rows),
        pictures=pictures,
    )


def _overlay(path: Path, item: Item, places: Places) -> Overlay:
    if not places:
        raise Faults([without_place(item)])
    return overlay(path, places)


def _of(findings: Iterable[Finding], standard: str) -> Finding:
    return next(one for one in findings if one.standard == standard)


def _word(one: Finding) -> str:
    if one.outcome:
        return one.outcome.replace("_", " ")
    words = " or ".join(word.replace("_", " ") for word in one.possible)
    return f"{OPEN}: {words}" if words else OPEN


def _short_word(one: Finding) -> str:
    return one.outcome.replace("_", " ") if one.outcome else NO_FIGURE


def _missing(findings: Iterable[Finding]) -> str:
    return str(len(dict.fromkeys(name for one in findings for name in one.missing)))


def _named(one: Finding) -> str:
    return f"{SHORT[one.standard]}{f', {one.case}' if one.case else ''}"


def _decided(findings: Iterable[Finding]) -> Table:
    rows = tuple(
        (_named(one), _word(one), one.rule.clause, one.rule.rule, one.rule.flag)
        for one in findings
        if one.rule is not None
    )
    return Table(
        "Decided", ("standard", "says", "clause", "rule, in our own words", "source"), rows, numbers=5
    )


def _of_lenders(item: Item) -> Table:
    rows = tuple((row.lender, row.category, row.source, row.note) for row in categories_of(item.id))
    return Table(
        "Categories that lenders have published", ("lender", "category", "source", ""), rows, numbers=4
    )


def _open(findings: Iterable[Finding]) -> Table:
    rows = tuple((_named(one), one.reason) for one in findings if one.rule is None)
    return Table("Not assessable", ("standard", "why"), rows, numbers=2)


def _turns(findings: Iterable[Finding]) -> Table:
    """A row a standard: each field that alone would give another word, with that word and its clause."""
    rows = tuple(
        (
            _named(one),
            _word(one),
            "; ".join(
                f"{turn.field} {turn.words}: {turn.outcome.replace('_', ' ')} ({turn.rule.clause})"
                for turn in one.turns
            ),
        )
        for one in findings
        if one.turns
    )
    return Table("What would change it, alone", ("standard", "says", "with"), rows, numbers=3)


def _says_of_areas(area: Overlay, item: Item) -> str:
    if area.line_km:
        said = (
            f"{area.km:,.1f} km of its line, {area.share:.1%} of {area.line_km:,.0f} km as drawn, lie in areas of "
            f"{area.layer}."
        )
        published = sum(section.length.value or 0.0 for section in item.section)
        if published > STRAIGHT * area.line_km:
            said += f" It is drawn straight between its points; {published:,.0f} km are published: the figure is rough."
    else:
        said = (
            f"It lies in an area of {area.layer}." if area.inside else f"It lies in no area of {area.layer}."
        )
    if area.says is None:
        said += " The map does not reach all around it, so that protected_area stays unknown."
    return said


def _map(item: Item, places: Places, area: Overlay, names: Mapping[str, str]) -> LineMap:
    economies = {code: names.get(code, code) for code in item.economies}
    ways, areas = tuple(ways_of(item.title, places, area, 1)), tuple(drawn_areas(area))
    sites = tuple(sites_of(item.title, places, 1))
    return LineMap(f"{item.title} and {area.layer}", ways, economies, IN_COLOUR, areas, sites)


def _flood_map(
    item: Item, places: Places, hazard: HazardLoss, names: Mapping[str, str]
) -> tuple[LineMap, ...]:
    """What of its lines the rarest event puts under water; nothing where it stays dry, and for a place."""
    rarest = hazard.events[-1]
    if not rarest.wet:
        return ()
    economies = {code: names.get(code, code) for code in item.economies}
    ways = tuple(stretches(item.title, places, rarest.wet, 1, "under water"))
    title = f"{item.title} in the event of {rarest.period:g} years"
    return (LineMap(title, ways, economies, "In colour what lies under water."),)


def _events(hazard: HazardLoss) -> Table:
    capital = hazard.money
    rows = tuple(
        (
            f"{one.period:g}", f"{one.deepest:.1f}", shown(one.wet_km, ",.1f"), f"{one.damage:.2%}",
            "cut" if one.cut else "open",
        )
        for one in hazard.events
    )  # fmt: skip
    note = "" if capital is not None else "No capex is published: there is no amount of money."
    heads = ("years", "deepest, m", "under water, km", "of the capital destroyed", "")
    return Table("Events by return period", heads, rows, note)


def _expected(hazard: HazardLoss, days: float) -> Table:
    form, parts = (",.3f", hazard.money) if hazard.money is not None else (".4%", hazard.share)
    unit = "US$ m a year" if hazard.money is not None else "of the capital a year"
    rows: tuple[tuple[str, str], ...] = (
        ("known events", shown(parts.known, form)),
        ("rarer ones, as if none did more", shown(parts.tail, form)),
        ("expected annual damage", shown(parts.total, form)),
        ("left out: more frequent ones, at most", shown(parts.before, form)),
    )
    if days > 0:
        closed = (f"closed, days a year ({days:g} each time)", shown(hazard.closed_days(days), ",.3f"))
        rows = (*rows, closed)
    behind = f"Defences hold up to {hazard.protection:g} years." if hazard.protection else "Without defences."
    share = parts.tail_share
    tail = "" if share != share else f" The tail is {share:.0%} of it."
    few = " Straight lines between few events give too much." if len(hazard.events) < FEW else ""
    capital = " Capital cost stands for the cost of rebuilding, which is too much where earthworks and tunnels survive."
    return Table(f"Direct damage, {unit}", ("what", unit), rows, f"{behind}{tail}{few}{capital}")


def _keys(hazard: HazardLoss, days: float, depths: Mapping[float, Path]) -> Table:
    """What to write into the programme file, so that the ledger and the worth of the item carry it."""
    maps = ", ".join(path.name for _, path in sorted(depths.items()))
    rows = []
    if hazard.money is not None:
        rows.append(("hazard_damage", f"{hazard.money.total:.4g} US$ m a year", maps))
    if days > 0:
        rows.append(("closed_days", f"{hazard.closed_days(days):.4g} days", maps))
    note = "" if days > 0 else "With --closure-days the days of closure too."
    title = "Keys of the item that carry it into the ledger and the worth"
    return Table(title, ("key", "figure", "source"), tuple(rows), note, numbers=3)
