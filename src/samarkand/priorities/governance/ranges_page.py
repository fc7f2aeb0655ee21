"""What the widest ranges of real income in money rest on, and how much of them each basis explains."""

from __future__ import annotations

from samarkand.priorities.faces import Answer, Table, shown
from samarkand.priorities.ranges import BASES, TOGETHER

HEADLINE = "real_income_value"  # the headline in money
MOST_ROWS = 12


def ranges_of(answer: Answer) -> Table:
    """Economies by the width of the range of their real income in the last year, the widest first."""
    year = answer.years[-1]
    results = answer.timeline.results
    (block,) = results.blocks([HEADLINE], [year], ["change"])
    title = f"Real income in {year}: the widest ranges, US$ m a year, and what explains them"
    heads = ["economy", "low", "central", "high"]
    if block.low is None or block.high is None:
        return Table(title, tuple(heads), (), note="No economy has a range.")
    low, central, high = (one.sel(year=year, drop=True) for one in (block.low, block.values, block.high))
    shares = results.range_shares(HEADLINE, [year]).sel(year=year, drop=True)
    codes = [str(code) for code in central["economy"].to_numpy()]
    widths = dict(zip(codes, (high - low).sel(economy=codes).to_numpy().tolist(), strict=True))
    wide = sorted((code for code in codes if widths[code] > 0.0), key=lambda code: (-widths[code], code))
    bases = [str(basis) for basis in shares["basis"].to_numpy()]
    rows = [
        (
            code,
            *(shown(float(one.sel(economy=code)), "+,.1f") for one in (low, central, high)),
            *(shown(float(shares.sel(economy=code, basis=basis)), ".0f", 100.0, "%") for basis in bases),
        )
        for code in wide[:MOST_ROWS]
    ]
    coverage = shown(block.coverage, ".0f", 100.0, "%")
    left = f"The {MOST_ROWS} widest of {len(wide)} are shown. " if len(wide) > MOST_ROWS else ""
    return Table(
        title,
        (*heads, *(f"explained by: {in_words(basis)}" for basis in bases)),
        tuple(rows),
        note=f"{left}Share of cases that a range holds: {coverage}. Errors are taken to be independent: the squares "
        "of half widths add up, and the shares are of these, both sides together (Appraisal.range_shares).",
    )


def in_words(basis: str) -> str:
    """A basis as a reader understands it."""
    return "; ".join(BASES.get(one, one) for one in basis.split(TOGETHER))
