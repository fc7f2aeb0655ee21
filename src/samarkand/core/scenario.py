"""A `Scenario` is the one question that can be asked, and its hash the only cache key."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from samarkand.core.hashing import content_hash

DeficitRule = Literal["fixed_nominal", "proportional", "purged"]
ChargeRule = Literal["annuity", "spending", "service"]


@dataclass(frozen=True)
class Scenario:
    """World and programme by content hash, and every choice that changes the answer.

    `assumptions` are pairs of parameter name and value that replace the declared ones; `patches` pairs of the path of a
    key in the programme and its new value, in JSON; `variations` triples of a kind (`scale`, `border`, `tariff`), of
    what it varies, and a number (`programme.files.varying`); `without` the projects and measures left out; `closures`
    the names of closed links or passages; `charge` says in which years capital is charged, `construction_demand`
    whether it buys construction, `transit_payments` whether goods pay economies that they pass inside the equilibrium;
    `projection` is the content hash of a projection of economies, empty for none; `priorities` names those that are
    assessed, empty for all.
    """

    world: str
    programme: str
    years: tuple[int, ...]
    assumptions: tuple[tuple[str, float], ...] = ()
    patches: tuple[tuple[str, str], ...] = ()
    variations: tuple[tuple[str, str, float], ...] = ()
    without: tuple[str, ...] = ()
    closures: tuple[str, ...] = ()
    deficit_rule: DeficitRule = "fixed_nominal"
    charge: ChargeRule = "annuity"
    construction_demand: bool = False
    transit_payments: bool = False
    projection: str = ""
    priorities: tuple[str, ...] = ()
    seed: int = 0
    labels: tuple[str, str] = field(default=("", ""), compare=False)

    def __post_init__(self) -> None:
        # The order in which a user names things does not change the question.
        object.__setattr__(self, "assumptions", tuple(sorted(dict(self.assumptions).items())))
        object.__setattr__(self, "patches", tuple(sorted(dict(self.patches).items())))
        object.__setattr__(self, "variations", tuple(sorted(set(self.variations))))
        object.__setattr__(self, "years", tuple(sorted(set(self.years))))
        object.__setattr__(self, "without", tuple(sorted(set(self.without))))
        object.__setattr__(self, "closures", tuple(sorted(set(self.closures))))
        object.__setattr__(self, "priorities", tuple(sorted(set(self.priorities))))

    @property
    def hash(self) -> str:
        """Content hash: equal for equal questions, whatever they are called."""
        terms = {key: value for key, value in asdict(self).items() if key != "labels"}
        for later in ("variations", "construction_demand", "transit_payments", "priorities"):
            if not terms[later]:  # a question without it keeps the hash that it had before there was any
                del terms[later]
        return content_hash(terms)

    def but(self, **changes: Any) -> Scenario:
        """The same question with some of its terms changed."""
        return replace(self, **changes)
