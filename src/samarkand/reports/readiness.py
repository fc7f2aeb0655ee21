"""Readiness: economy by indicator, what is ready, estimated, or needs a file."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from samarkand.core.faults import Fault, Faults, did_you_mean
from samarkand.priorities.registry import all_indicators, priorities
from samarkand.world import World
from samarkand.world.economies.facts import fact_variables
from samarkand.world.importers import import_hint
from samarkand.world.importers.series import kinds_with

NEEDS_ACCOUNTS = (
    "needs file: input-output accounts of the economy (it is inside the rest of the world): "
    "samarkand world import eora26, or icio where it has the economy"
)


def readiness_of(world: World, economy: str) -> dict[str, str]:
    """For one economy: what each indicator is, `ready`, `estimated`, or `needs file: ...`."""
    inside = economy not in world.labels
    states: dict[str, str] = {}
    for priority in priorities():
        if not priority.assessed:
            states[priority.name] = priority.reason.partition(":")[0]
        for indicator in all_indicators().get(priority.name, ()):
            if inside:
                state = NEEDS_ACCOUNTS
            elif indicator.needs and not world.has(indicator.needs, economy):
                state = f"needs file: {import_hint(indicator.needs)}"
            elif not world.connected(economy) and "network" in indicator.inputs:
                state = "needs file: freight links of the economy (no city of it is on the network)"
            else:
                state = "ready" if indicator.grade == "observed" else indicator.grade
            states[indicator.name] = state
    return states


def print_readiness(world: World, economy: str | None = None, console: Console | None = None) -> None:
    """Print readiness of one economy in full, or of all economies in brief."""
    console = console or Console()
    known = [*world.labels, *world.inside_rest_of_world]
    if economy is not None:
        economy = economy.upper()
        if economy not in known:
            raise Faults(
                [Fault(f"economy {economy}", "is not an economy of the world", did_you_mean(economy, known))]
            )
        table = Table(
            "indicator", "state", title=f"{world.names.get(economy, economy)} ({economy})", box=None
        )
        for name, state in readiness_of(world, economy).items():
            table.add_row(name, state)
        console.print(table)
        print_facts(world, economy, console)
        return
    table = Table("economy", "", "ready", "estimated", "needs a file", "not assessed yet", box=None)
    for code in known:
        states = list(readiness_of(world, code).values())
        needs = sum(state.startswith("needs") for state in states)
        table.add_row(
            code,
            world.names.get(code, code),
            str(states.count("ready")),
            str(states.count("estimated")),
            str(needs),
            str(sum(state.startswith("not assessed") for state in states)),
        )
    console.print(table)


def print_facts(world: World, economy: str, console: Console) -> None:
    """How many figures there are of an economy, and by name which are stale or missing."""
    facts = world.fact_table
    stale, missing = facts.stale(economy), facts.missing(economy)
    known = len(fact_variables()) - len(missing)
    console.print(f"\n{known} of {len(fact_variables())} figures by economy are known.", highlight=False)
    if stale:
        listed = ", ".join(f"{fact.variable} ({fact.year}){_kinds_with(fact.variable)}" for fact in stale)
        console.print(f"Stale: {listed}.", highlight=False, markup=False)
    if missing:
        listed = ", ".join(f"{fact.variable}{_kinds_with(fact.variable)}" for fact in missing)
        console.print(f"Not known: {listed}.", highlight=False, markup=False)
    if stale or missing:
        console.print(
            "Import what is in brackets: samarkand world import KIND FILE --name NAME", highlight=False
        )


def _kinds_with(variable: str) -> str:
    """The kinds of files that have a variable, in brackets; nothing where none has it."""
    return f" [{' or '.join(kinds_with(variable))}]" if kinds_with(variable) else ""
