"""The ledger as a table: rows of money by item, economy, party, case, margin, flow and year.

    ledger = Ledger.build([capex_rows(...), trade_cost_rows(...)], claims, kind_of)
    ledger.total("economy")

Rows are gains of the economy in US$ m a year: costs are below zero. Words are held as numbers into lists of words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from samarkand.core.faults import Fault, FaultList, Faults, did_you_mean
from samarkand.ledger.checks import KEY, check_rows
from samarkand.ledger.claims import Claim, place_of
from samarkand.ledger.margins import margins, replaced_pairs, standing_apart

WORDS = ("item", "economy", "party", "case", "margin", "flow", "owner", "grade", "source")
GIVEN = (*KEY, "owner", "low", "central", "high", "price_year", "grade", "source")
COLUMNS = (
    "item", "economy", "party", "case", "margin", "flow", "transfer", "owner", "year",
    "low", "central", "high", "unit", "price_year", "grade", "source",
)  # fmt: skip
GROUPS = ("item", "economy", "party", "case", "margin", "flow", "transfer", "owner", "year")


@dataclass(frozen=True, eq=False)
class Ledger:
    """Rows that were checked together. `rows` has the columns of `GIVEN`; `to_dataframe` adds what margins declare."""

    rows: pd.DataFrame

    @classmethod
    def build(
        cls, parts: Iterable[pd.DataFrame], claims: Sequence[Claim], kind_of: Mapping[str, str]
    ) -> Ledger:
        """The ledger of several lots of rows, each with the columns of `GIVEN`.

        Parameters
        ----------
        claims
            What the items claim: a row of an item must be claimed. Rows of the programme as a whole need no claim.
        kind_of
            Kind by item of the programme.

        Raises
        ------
        Faults
            With everything that is wrong with the rows and the claims: unknown words, numbers out of order, what counts
            twice, transfers that do not add up to zero.
        ValueError
            For other columns than those of `GIVEN`.
        """
        listed = list(parts)
        for part in listed:
            if set(part.columns) != set(GIVEN):
                raise ValueError(f"rows of the ledger have the columns {', '.join(GIVEN)}, no others")
        filled = [part for part in listed if len(part)]
        rows = pd.DataFrame(
            {name: _words(filled, name) if name in WORDS else _numbers(filled, name) for name in GIVEN}
        )
        check_rows(rows, claims, kind_of)
        return cls(rows)

    def __len__(self) -> int:
        return len(self.rows)

    def to_dataframe(self) -> pd.DataFrame:
        """All rows with the columns of `COLUMNS`, words as words; `price_year` is missing where none is published."""
        frame = self.rows.assign(
            transfer=self._declared("transfer").astype(bool), unit=self._declared("unit").astype(object)
        )
        return frame.astype(dict.fromkeys(WORDS, object))[list(COLUMNS)]

    def select(self, **words: str | int) -> Ledger:
        """The rows with these words: `select(margin="capex", year=2035)`. Raises `Faults` for an unknown column."""
        kept = pd.Series(True, index=self.rows.index)
        for name, word in words.items():
            kept &= self._column(name) == word
        return Ledger(self.rows[kept].reset_index(drop=True))

    def total(self, by: str | Sequence[str] = ()) -> pd.Series:
        """Sum of the central values by the columns named, US$ m a year; of all rows as one where none is named.

        Ranges are not added: how they combine is a matter of what they rest on. Rows of margins that stand apart, as
        greenhouse gases at several paths of prices, are in no sum with other margins: they are counted by margin and
        case, or where they alone are selected. Raises `Faults` for an unknown column, where the sum would add a margin
        and one that it replaces, or cases that exclude each other.
        """
        names = [by] if isinstance(by, str) else list(by)
        groups = {name: self._column(name).astype("int64" if name == "year" else object) for name in names}
        counted = self._counted(names)
        groups = {name: column[counted] for name, column in groups.items()}
        self._refuse_replaced(pd.DataFrame(groups, index=self.rows.index[counted]))
        central = self.rows["central"][counted]
        if not names:
            return pd.Series([central.sum()], name="central")
        summed: pd.Series = central.groupby([groups[name] for name in names]).sum()
        return summed

    def _declared(self, name: str) -> pd.Series:
        """What the margin of each row declares."""
        declared = {row.margin: getattr(row, name) for row in margins().values()}
        return self.rows["margin"].astype(object).map(declared)

    def _column(self, name: str) -> pd.Series:
        if name not in GROUPS:
            raise Faults(
                [Fault(f"ledger, column {name}", "is not one to sum by", did_you_mean(name, GROUPS))]
            )
        return self._declared("transfer").astype(bool) if name == "transfer" else self.rows[name]

    def _counted(self, names: Sequence[str]) -> pd.Series:
        """Which rows a sum counts: those that stand apart never with others, and no two cases of them together."""
        margin = self.rows["margin"].astype(object)
        apart = margin.isin(standing_apart())
        if not apart.any() or {"margin", "case"} <= set(names):
            return pd.Series(True, index=self.rows.index)
        if not apart.all() or len(set(margin)) > 1:
            return ~apart
        cases = list(dict.fromkeys(self.rows["case"].astype(object)))
        if len(cases) > 1 and "case" not in names:
            raise Faults(
                [
                    Fault(
                        place_of(margin=margin.iloc[0]),
                        f"would add cases that exclude each other: {', '.join(cases)}",
                        "Sum by case too, or select one of them.",
                    )
                ]
            )
        return apart

    def _refuse_replaced(self, groups: pd.DataFrame) -> None:
        """Raise `Faults` where a group of a sum has both a margin of an item and one that it replaces."""
        if "margin" in groups:
            return
        faults = FaultList()
        names, margin = list(groups.columns), self.rows["margin"][groups.index]
        of_items = groups.assign(_item=self.rows["item"][groups.index].astype(object))
        for new, old in replaced_pairs():
            of_new, of_old = (of_items[margin == one].drop_duplicates() for one in (new, old))
            both = of_new.merge(of_old, on=names) if names else of_new.merge(of_old, how="cross")
            same = (both["_item_x"] == both["_item_y"]) | (both["_item_x"] == "") | (both["_item_y"] == "")
            for item in dict.fromkeys(
                (both["_item_x"] + both["_item_y"].where(both["_item_x"] == "", ""))[same]
            ):
                faults.add(
                    place_of(item=item, margin=new),
                    f"would be added to {old}, which it replaces",
                    "Sum by margin too, or select one of the two.",
                )
        faults.raise_if_any()


def _words(parts: Sequence[pd.DataFrame], name: str) -> pd.Categorical:
    """A column of words of several lots of rows, as numbers into the list of its words; empty where one is missing."""
    joined = np.concatenate([np.empty(0, object), *(part[name].to_numpy(object) for part in parts)])
    joined[pd.isna(joined)] = ""
    return pd.Categorical(joined)


def _numbers(parts: Sequence[pd.DataFrame], name: str) -> pd.Series:
    """A column of numbers of several lots of rows."""
    kind = {"year": "int64", "price_year": "Int64"}.get(name, "float64")
    joined = pd.concat([part[name] for part in parts] or [pd.Series(dtype="object")], ignore_index=True)
    numbers: pd.Series = joined.astype(kind)
    return numbers
