"""What economies charge for goods that pass them, and what is published of their income from it."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from samarkand.core.declarations import read_table
from samarkand.core.evidence import Cited, Evidence

Kind = Literal["canal", "railway", "pipeline", "port"]
RateUnit = Literal["US$/t", "US$/t-km"]
ALL_RAILWAYS = "rail"  # the place of a tariff of all railways of an economy
LINE, PORT = "line:", "port:"


class TransitTariff(Cited):
    """A row of `transit_tariffs.csv`: the mean price of passing a place, and what was earned there.

    rate: US$ for each tonne that passes, by rail for each tonne and kilometre. load: of canals, tonnes of a load on the
    network; lat, lon: where the toll is taken. income: US$ m a year from transit, as published; passed: million tonnes
    a year of it, thousand million tonne-kilometres by rail.
    """

    id: str
    title: str
    economy: str
    kind: Kind
    place: str
    rate: float
    low: float | None = None
    high: float | None = None
    unit: RateUnit
    load: float | None = None
    lat: float | None = None
    lon: float | None = None
    year: int
    income: float | None = None
    income_year: int | None = None
    income_source: str = ""
    income_address: str = ""
    passed: float | None = None
    passed_year: int | None = None
    passed_source: str = ""
    passed_address: str = ""

    @model_validator(mode="after")
    def _holds_together(self) -> TransitTariff:
        if self.rate <= 0:
            raise ValueError("a tariff is above zero; what is not known has no row")
        if (self.unit == "US$/t-km") != (self.kind == "railway"):
            raise ValueError("railways charge for a tonne and kilometre here, all others for a tonne")
        if any((self.kind == "canal") != (one is not None) for one in (self.load, self.lat, self.lon)):
            raise ValueError("canals, and they alone, have the tonnes of a load and where the toll is taken")
        for name in ("income", "passed"):
            given = [getattr(self, f"{name}{end}") for end in ("", "_year", "_source")]
            if any(given) and not all(given):
                raise ValueError(f"{name}: a figure has its year and its source")
        starts = {"railway": ALL_RAILWAYS, "pipeline": LINE, "port": PORT, "canal": ""}
        if not self.place.startswith(starts[self.kind]):
            raise ValueError(f"{self.place} is not the place of a {self.kind}")
        _ = self.evidence
        return self

    @property
    def evidence(self) -> Evidence:
        """The tariff as evidence. Raises ValueError where it lies outside its range."""
        return self.cited(self.rate, self.unit, low=self.low, high=self.high, year=self.year)

    @property
    def toll(self) -> float:
        """US$ of a load (TEU) that passes a canal: rate * load; zero of other places."""
        return self.rate * (self.load or 0.0)


def transit_tariffs() -> tuple[TransitTariff, ...]:
    """The declared tariffs."""
    return read_table("samarkand.world.network", "transit_tariffs.csv", TransitTariff)
