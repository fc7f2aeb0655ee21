"""The sheet of one stress test: its rows as live formulas, those of `engines.debt` written once more."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from samarkand.engines.debt.stress import ABROAD, OVERLAY, THROUGH_BUDGET
from samarkand.priorities.finance.debt_sheets import Cell, Sheet, column


class Addresses(Protocol):
    """Where a test finds what stands on other sheets."""

    ahead: range
    paths: Sheet

    def statistic(self, name: str, what: str) -> str:
        """Address of a mean or standard deviation."""
        ...

    def rule(self, name: str) -> str:
        """Address of a rule."""
        ...

    def unit(self, line: str, row: int, oldest: int, youngest: int) -> str:
        """Address of a part of a unit loan."""
        ...


class StressSheet:
    """The rows of one test."""

    def __init__(self, writer: Addresses, sheet: Sheet, test: str) -> None:
        self.writer, self.sheet, self.test = writer, sheet, test
        self.ahead = writer.ahead

    def base(self, name: str, k: int) -> str:
        """Address of a path without the shock."""
        return self.writer.paths.at(name, k)

    def own(self, name: str, k: int) -> str:
        """Address of a cell of this sheet."""
        return f"{column(k)}{self.sheet.rows[name]}"

    def add(self, name: str, cell: Cell) -> None:
        """A row over the projection."""
        self.sheet.add(name, cell, self.ahead)

    def rule(self, name: str) -> str:
        """Address of a rule."""
        return self.writer.rule(name)

    def lowered(self, row: str, history: str, size: str) -> Cell:
        """A row in the years of the shock: the lower of mean and baseline, less a standard deviation."""
        mean, deviation = (self.writer.statistic(history, what) for what in ("mean", "deviation"))

        def cell(k: int) -> str:
            if k not in (1, 2):
                return f"={self.base(row, k)}"
            return f"=IF({mean}<={self.base(row, 1)},{mean},{self.base(row, k)})-{size}*{deviation}"

        return cell

    def write(self) -> None:
        """All rows, in an order in which each reads those above it."""
        half = f"({self.rule('size.combined')}*{self.rule('size.shock')})"
        self.size = half if self.test == "B6" else self.rule("size.shock")
        self.fall = {
            "B5": self.rule("size.depreciation"), "C4": self.rule("size.market_depreciation"),
            "B6": f"({self.rule('size.combined')}*{self.rule('size.depreciation')})",
        }.get(self.test, "")  # fmt: skip
        self.exports()
        self.growth()
        self.output()
        self.needs()
        self.financing()
        self.ratios()

    def exports(self) -> None:
        """Growth of exports, and their level where it follows from growth."""
        name = "export_growth"
        if self.test in ("B3", "B6"):
            self.add(name, self.lowered(name, "exports", self.size))
        elif self.test == "C2":
            lost = self.rule("size.disaster_exports")
            self.add(name, lambda k: f"={self.base(name, k)}" + (f"-{lost}" if k == 1 else ""))
        else:
            self.add(name, lambda k: f"={self.base(name, k)}")
        moved = self.test in ("B3", "B6", "C2")

        def sold(k: int) -> str:
            if k == 0 or not moved:
                return f"={self.base('exports', k)}"
            step = f"{self.base('exports', k)}/{self.base('exports', k - 1)}"
            return f"={self.own('sold', k - 1)}*{step}*(1+{self.own(name, k)})/(1+{self.base(name, k)})"

        self.add_self("sold", sold)

    def add_self(self, name: str, cell: Cell) -> None:
        """A row whose cells read cells of the same row."""
        row = len(self.sheet.rows) + 2
        self.sheet.rows[name] = row
        self.sheet.page.cell(row, 1, name)
        for k in self.ahead:
            self.sheet.page[f"{column(k)}{row}"] = cell(k)

    def growth(self) -> None:
        """Growth of real output and the change of the deflator in US$."""
        base = self.base
        if self.test in ("B3", "B6"):
            strength = self.rule("size.exports_growth")

            def by_exports(k: int) -> str:
                if k not in (1, 2):
                    return f"={base('growth', k)}"
                slower = self.own("export_growth", k)
                less = f"IF({slower}<0,-{slower},{base('export_growth', k)}-{slower})"
                produced = base("gdp", 0) if k == 1 else self.own("produced", 1)
                return f"={base('growth', k)}-{strength}*{less}*{self.own('sold', k - 1)}/{produced}"

            row = len(self.sheet.rows) + 2
            self.sheet.rows |= {"by_exports": row, "produced": row + 1}
            for name in ("by_exports", "produced"):
                self.sheet.page.cell(self.sheet.rows[name], 1, name)
            for k in self.ahead:
                self.sheet.page[f"{column(k)}{row}"] = by_exports(k)
                before = base("gdp", 0) if k == 1 else self.own("produced", max(k - 1, 0))
                made = f"={before}*(1+{self.own('by_exports', k)})*(1+{base('deflator', k)})"
                self.sheet.page[f"{column(k)}{row + 1}"] = made if k in (1, 2) else f"={base('gdp', k)}"
        if self.test in ("B1", "B6"):
            self.add("slower", self.lowered("growth", "growth", self.size))

        def growth(k: int) -> str:
            if self.test == "A1" and k:
                return f"={self.writer.statistic('growth', 'mean')}"
            if self.test == "B1":
                return f"={self.own('slower', k)}"
            if self.test == "B3":
                return f"={self.own('by_exports', k)}"
            if self.test == "B6":
                return f"=MIN({self.own('slower', k)},{self.own('by_exports', k)})"
            if self.test == "C2" and k == 1:
                return f"={base('growth', k)}-{self.rule('size.disaster_growth')}"
            if self.test == "C3":
                gap = f"{self.rule('size.commodity_growth')}*{self.rule('size.commodity_gap')}"
                return f"={base('growth', k)}-{gap}*{self.own('real', k)}"
            return f"={base('growth', k)}"

        if self.test == "C3":
            span = self.rule("size.commodity_years")
            self.add("price", lambda k: f"=MAX(0,MIN(1,({span}-{k - 1})/{span}))" if k else 0)
            self.add(
                "real",
                lambda k: 0 if k == 0 else 1 if k <= 3 else f"=MAX(0,MIN(1,({span}-{k - 1})/({span}-2)))",
            )
        self.add("growth", growth)

        def inflation(k: int) -> str:
            if self.test == "A1" and k:
                return f"={self.writer.statistic('deflator', 'mean')}"
            if self.test in ("B1", "B6"):
                lost = f"{self.rule('size.growth_inflation')}*({base('growth', k)}-{self.own('growth', k)})"
                return f"={base('deflator', k)}-{lost}"
            return f"={base('deflator', k)}"

        self.add("inflation", inflation)

    def _level(self, name: str, step: Callable[[int], str]) -> None:
        """A level that starts at output and grows by `step` over the baseline."""

        def cell(k: int) -> str:
            if k == 0:
                return f"={self.base('gdp', 0)}"
            grown = f"{self.base('gdp', k)}/{self.base('gdp', k - 1)}"
            without = f"(1+{self.base('growth', k)})*(1+{self.base('deflator', k)})"
            return f"={self.own(name, k - 1)}*{grown}*(1+{self.own('growth', k)})*(1+{step(k)})/({without})"

        self.add_self(name, cell)

    def output(self) -> None:
        """Levels: output in US$ and at home, exports, revenue; the price of a dollar."""
        passed = self.rule("size.pass_through")
        self.add("dollar", lambda k: f"={self.fall}" if self.fall and k else 0)
        self._level("home level", lambda k: self.own("inflation", k))

        def in_dollars(k: int) -> str:
            return self.own("inflation", k) + (
                f"-(1-{passed})*{self.own('dollar', 1)}" if self.fall and k == 1 else ""
            )

        self._level("level", in_dollars)
        if self.test == "C3":
            lost = f"{self.rule('size.commodity_share')}*{self.rule('size.commodity_gap')}"
            share = f"{self.rule('size.commodity_revenue')}*{self.rule('size.commodity_gap')}"

            def produced(k: int) -> str:
                sold = f"{self.base('exports', k)}/{self.base('gdp', k)}"
                return f"={self.own('level', k)}*(1-{lost}*{sold}*{self.own('price', k)})"

            def raised(k: int) -> str:
                before = f"{self.base('revenue', k)}/{self.base('gdp', k)}"
                return f"=({before}-{share}*{self.own('real', k)})*{self.own('gdp', k)}"

            self.add("gdp", produced)
            self.add("exports", lambda k: f"={self.base('exports', k)}*(1-{lost}*{self.own('price', k)})")
            self.add("revenue", raised)
        else:
            along = self.test == "A1"  # exports keep their share of output

            def sold(k: int) -> str:
                return f"={self.own('sold', k)}" + (
                    f"*{self.own('gdp', k)}/{self.base('gdp', k)}" if along else ""
                )

            self.add("gdp", lambda k: f"={self.own('level', k)}")
            self.add("exports", sold)
            self.add(
                "revenue", lambda k: f"={self.base('revenue', k)}*{self.own('gdp', k)}/{self.base('gdp', k)}"
            )

        def home(k: int) -> str:
            if not self.fall:
                return f"={self.own('gdp', k)}"
            inflation = self.base("home_inflation", 1)
            more = f"*(1+{inflation}+{passed}*{self.own('dollar', 1)})/(1+{inflation})" if k else ""
            return f"={self.own('home level', k)}{more}"

        self.add("home", home)

    def _lost(self, name: str, k: int) -> str:
        """What a flow loses where its share of output is lowered."""
        return f"({self.base(f'{name}_share', k)}-{self.own(f'{name} lowered', k)})*{self.base('gdp', k)}"

    def needs(self) -> None:
        """What is left to be borrowed abroad and by the government."""
        base, own = self.base, self.own
        shares = {"B2": ("primary",), "B4": ("transfers", "fdi"), "B6": ("primary", "transfers", "fdi")}
        for name in shares.get(self.test, ()):
            self.add(f"{name} lowered", self.lowered(f"{name}_share", name, self.size))
        passed = self.rule("size.pass_through")

        def gained(k: int) -> str:
            """Net exports after a depreciation, in the third year."""
            inflation = base("home_inflation", 1)
            real = f"((1+{own('dollar', 1)})*(1+{inflation})/(1+{inflation}+{passed}*{own('dollar', 1)})-1)"
            return f"{self.rule('size.net_exports')}*{real}*{own('gdp', k)}"

        def external(k: int) -> str | float:
            parts = []
            if self.test == "A1" and k:
                means = f"{self.writer.statistic('balance', 'mean')}+{self.writer.statistic('fdi', 'mean')}"
                return f"={base('balance', k)}+{base('fdi', k)}-({means})*{own('gdp', k)}"
            if self.test in ("B3", "B6") and k in (1, 2):
                parts.append(f"{base('exports', k)}-{own('exports', k)}")
            if self.test in ("B4", "B6") and k in (1, 2):
                parts += [self._lost(name, k) for name in ("transfers", "fdi")]
            if self.test == "C3":
                parts.append(f"{base('exports', k)}-{own('exports', k)}")
            found = "+".join(parts)
            if self.test in ("B5", "B6") and k == 2:
                found = f"{found}-{gained(k)}"
            return f"={found}" if found else 0

        def fiscal(k: int) -> str | float:
            missing = f"{base('revenue', k)}*(1-{own('gdp', k)}/{base('gdp', k)})"
            worse = f"{own('dollar', k)}*{base('interest_external', k)}"
            if self.test == "A1" and k:
                return f"={base('primary', k)}-{self.writer.statistic('primary', 'mean')}*{own('gdp', k)}"
            if self.test == "B1":
                return f"={missing}"
            if self.test == "B2" and k in (1, 2):
                return f"={self._lost('primary', k)}"
            if self.test == "B5":
                return f"={worse}-{base('primary', k)}*({own('home', k)}/{base('gdp', k)}-1)"
            if self.test == "B6":
                prices = f"{own('home', k)}/{own('home level', k)}-1"
                revenue = f"{base('revenue', k)}*(1-{own('home level', k)}/{base('gdp', k)})"
                lost = f"{self._lost('primary', k)}+" if k in (1, 2) else ""
                return f"={lost}{worse}-{base('primary', k)}*({prices})+{revenue}"
            if self.test == "C1" and k == 1:
                return f"={self.rule('size.calls')}*{base('gdp', k)}"
            if self.test == "C2":
                debt = f"+{self.rule('size.disaster_debt')}*{own('gdp', k)}" if k == 1 else ""
                return f"={missing}{debt}"
            if self.test == "C3":
                return f"={base('revenue', k)}-{own('revenue', k)}"
            return 0

        self.add("external", external)
        self.add("fiscal", fiscal)

    def line(self, name: str, unit: str, rate: Cell, drawn: Cell) -> None:
        """Rows of one way of borrowing: rate, interest, principal, drawn, debt and present value."""
        row = len(self.sheet.rows) + 2
        parts = ("rate", "interest", "principal", "drawn", "value")
        for offset, part in enumerate(parts):
            self.sheet.rows[f"{name} {part}"] = row + offset
            self.sheet.page.cell(row + offset, 1, f"{name} {part}")
        cells = {"rate": rate, "drawn": drawn}
        for k in self.ahead:
            for part in parts:
                formula = cells[part](k) if part in cells else self._of_line(name, unit, part, k)
                self.sheet.page[f"{column(k)}{self.sheet.rows[f'{name} {part}']}"] = formula

    def _of_line(self, name: str, unit: str, part: str, k: int) -> str | float:
        writer = self.writer

        def cohorts(what: str, last: int) -> str:
            row = self.sheet.rows[f"{name} {what}"]
            return f"${column(0)}{row}:{column(last)}{row}"

        if part == "value":
            debt, rate = writer.unit(unit, 1, k, 0), cohorts("rate", k)
            worth = f"({rate}*{writer.unit(unit, 3, k, 0)}+{writer.unit(unit, 2, k, 0)})"
            return f"=SUMPRODUCT({cohorts('drawn', k)}*({debt}+{worth}-ABS({debt}-{worth}))/2)"
        if k == 0:
            return 0
        if part == "interest":
            return f"=SUMPRODUCT({cohorts('drawn', k - 1)}*{cohorts('rate', k - 1)}*{writer.unit(unit, 1, k - 1, 0)})"
        return f"=SUMPRODUCT({cohorts('drawn', k - 1)}*{writer.unit(unit, 0, k, 1)})"

    def financing(self) -> None:
        """Residual financing, and commercial borrowing that is dearer and shorter."""
        own, rule = self.own, self.rule
        if self.test in ABROAD:
            self.line(
                "residual", "abroad", lambda k: f"={rule('term.rate')}",
                lambda k: f"={own('external', k)}+{own('residual interest', k)}",
            )  # fmt: skip
        if self.test not in OVERLAY:
            self._budget()
        if self.test == "C4":
            wanted = {1, 2, 3}

            def drawn(k: int) -> str | float:
                return f"={self.base('commercial', k)}" if k in wanted else 0

            self.line("planned", "planned", lambda k: f"={rule('term.commercial_rate')}", drawn)
            dearer = f"={rule('term.commercial_rate')}+{rule('cost.market_cost')}"
            self.line("shorter", "shorter", lambda k: dearer, drawn)

    def _budget(self) -> None:
        own, rule = self.own, self.rule

        def worse(k: int) -> str | float:
            hit = self.test in ("B2", "B6") and k in (1, 2)
            return f"=MAX(0,{own('fiscal', k)}/{self.base('gdp', k)})" if hit else 0

        self.add("worse", worse)
        shares = {"out": rule("term.abroad"), "inside": f"(1-{rule('term.abroad')})"}
        paid = [f"{name} {part}" for name in shares for part in ("interest", "principal")]

        def out(k: int) -> str:
            more = f"MIN({rule('cost.commercial_cost')}*{own('worse', k)},{rule('cost.commercial_cap')})"
            return f"={rule('term.rate')}+{more}*{rule('term.markets')}"

        def inside(k: int) -> str:
            more = f"{rule('cost.home_cost')}*{own('worse', k)}*{rule('term.home_markets')}"
            return f"={rule('term.home_rate')}+{more}"

        rates: dict[str, Cell] = {"out": out, "inside": inside}
        start = len(self.sheet.rows) + 2
        parts = ("rate", "interest", "principal", "drawn", "value")
        names = [f"{name} {part}" for name in shares for part in parts]
        ahead = {name: start + k for k, name in enumerate(names)}

        def drawn(share: str) -> Cell:
            return lambda k: (
                f"={share}*({own('fiscal', k)}+{'+'.join(f'{column(k)}{ahead[one]}' for one in paid)})"
            )

        for name, unit in (("out", "abroad"), ("inside", "home")):
            self.line(name, unit, rates[name], drawn(shares[name]))

    def ratios(self) -> None:
        """Present value, service and the five ratios."""
        base, own = self.base, self.own
        has = self.sheet.rows

        def part(name: str, what: str, k: int) -> str:
            return own(f"{name} {what}", k) if f"{name} {what}" in has else "0"

        def more(what: str, k: int) -> str:
            return f"({part('shorter', what, k)}-{part('planned', what, k)})"

        def fixed(k: int) -> str:
            return f"{base('local_external', k)}*{own('dollar', k)}/(1+{own('dollar', k)})"

        through = self.test in THROUGH_BUDGET

        def value(k: int) -> str:
            found = f"={base('pv_external', k)}-{fixed(k)}+{part('residual', 'value', k)}+{more('value', k)}"
            return found + (f"+{part('out', 'value', k)}" if through else "")

        def service(k: int) -> str:
            found = f"={base('service_external', k)}"
            for what in ("interest", "principal"):
                found += f"+{part('residual', what, k)}+{more(what, k)}"
                found += f"+{part('out', what, k)}" if through else ""
            return found

        def public(k: int) -> str:
            residual = part("residual", "value", k) if self.test in OVERLAY else "0"
            abroad = (
                f"({base('pv_external', k)}+{residual}+{more('value', k)}-{fixed(k)})*(1+{own('dollar', k)})"
            )
            home = f"{base('pv_public', k)}-{base('pv_external', k)}"
            return f"={abroad}+{home}+{part('out', 'value', k)}+{part('inside', 'value', k)}"

        self.add("value", value)
        self.add("service", service)
        self.add("public", public)
        over = {
            "pv_gdp": ("value", "gdp"), "pv_exports": ("value", "exports"), "service_exports": ("service", "exports"),
            "service_revenue": ("service", "revenue"), "pv_public_gdp": ("public", "home"),
        }  # fmt: skip
        for name, (above, below) in over.items():
            self.add(name, partial(self._ratio, above, below))

    def _ratio(self, above: str, below: str, k: int) -> str:
        return f"=MAX(0,{self.own(above, k)}/{self.own(below, k)})"
