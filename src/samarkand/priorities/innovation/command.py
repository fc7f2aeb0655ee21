"""`samarkand opportunities`, `samarkand cables` and `samarkand innovation`."""

from __future__ import annotations

from typing import Annotated

import typer

from samarkand.priorities.faces import Answer, Page


def opportunities(
    answer: Answer,
    economy: Annotated[
        str,
        typer.Argument(metavar="ECONOMY", help="An ISO3 code: what it could make next.", show_default=False),
    ],
    partner: Annotated[
        str,
        typer.Argument(
            metavar="[PARTNER]",
            help="An ISO3 code: who makes and buys what it could make.",
            show_default=False,
        ),
    ] = "",
) -> Page:
    """Show what an economy could make next.

    And how near its buyers are; with a partner also what that one could make, and what each of the two makes and buys
    of it. Needs trade by product: samarkand world import baci, or trade-matrix.
    """
    from samarkand.core.faults import Fault, FaultList, Faults, did_you_mean
    from samarkand.priorities.innovation import page as pages
    from samarkand.priorities.innovation.assessment import found_of
    from samarkand.priorities.innovation.space_page import space_of

    found = found_of(answer.timeline.last)
    if isinstance(found, str):
        raise Faults([Fault("opportunities", found, "Then ask with --world NAME.")])
    faults, asked = FaultList(), [code.upper() for code in (economy, partner) if code]
    for code in asked:
        if code in found.sample.left_out:
            faults.add(
                f"economy {code}", f"is not in the sample: {found.sample.left_out[code]}",
                "Another sample: --assume complexity_population=NUMBER and the like (docs/parameters.md).",
            )  # fmt: skip
        elif code not in found.economies:
            faults.add(f"economy {code}", "has no exports in the file", did_you_mean(code, found.economies))
    faults.raise_if_any()
    tables = [pages.opportunities_of(answer, found, *asked)]
    if partner:
        tables.append(pages.opportunities_of(answer, found, *reversed(asked)))
    return Page(
        "What could be made next",
        lead=(pages.said_of_sample(answer, found), pages.NO_GAIN),
        tables=tuple(tables),
        pictures=tuple(space_of(answer, found, code) for code in asked),
    )


def cables(
    answer: Answer,
    cut: Annotated[
        list[str] | None,
        typer.Option(
            "--cut",
            metavar="NAME",
            help="A system, landing:PLACE or a chokepoint such as suez; several are cut together.",
            show_default=False,
        ),
    ] = None,
) -> Page:
    """Show who loses connection when cables are cut.

    Each cable, landing and strait in turn, without the programme and with it; or those named, cut together.
    """
    from samarkand.priorities.innovation.cables_page import cables_page, cut_page

    return cut_page(answer, tuple(cut)) if cut else cables_page(answer)


def innovation(
    answer: Answer,
    subject: Annotated[
        str,
        typer.Argument(
            metavar="[SUBJECT]", help="An economy (ISO3) or an item by its id.", show_default=False
        ),
    ] = "",
) -> Page:
    """Show what the programme does to innovation.

    As a whole, in one economy (complexity, opportunities, connection, readiness), or by one item (people, skills,
    documents, cables).
    """
    from dataclasses import replace

    from samarkand.core.faults import Fault, Faults, did_you_mean
    from samarkand.priorities.innovation import page as pages
    from samarkand.priorities.innovation.overlaps import effects_apart
    from samarkand.priorities.innovation.subject_page import economy_page, item_page

    if not subject:
        whole = pages.page(answer)
        return replace(whole, tables=(*whole.tables[:-1], effects_apart(answer, why=True)))
    items = {item.id: item for item in answer.timeline.items}
    if subject in items:
        return item_page(answer, items[subject])
    if subject.upper() in answer.world.names:
        return economy_page(answer, subject.upper())
    known = [*items, *answer.world.names]
    raise Faults(
        [Fault(subject, "is neither an economy nor an item of the programme", did_you_mean(subject, known))]
    )


COMMANDS = (opportunities, cables, innovation)
