"""The declared tables of the ledger: margins, flows, and what each kind may fill."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from samarkand.core.units import units
from samarkand.ledger import margins as module
from samarkand.ledger.claims import check_claims, claims_of_kind
from samarkand.ledger.margins import Flow, Margin, flows, is_within, margins, narrower
from samarkand.programme.channels.channel import channels, channels_of
from samarkand.programme.model.kinds import kinds


def test_every_margin_of_every_kind_is_declared_and_counts_once() -> None:
    for kind in kinds():
        claims = [claim._replace(item="one") for claim in claims_of_kind(kind)]
        check_claims(claims, {"one": kind})


def test_kinds_that_act_fill_their_capital_cost_and_the_cost_of_trade_and_others_fill_nothing() -> None:
    """The cost of trade where the equilibrium depends on what they change; no channel and no direct benefit, no
    margin."""
    costs = {"capex", "upkeep", "residual", "trade_cost"}
    for kind, row in kinds().items():
        acts = channels_of(row)
        filled = {(claim.margin, claim.owner, claim.flow) for claim in claims_of_kind(kind)}
        assert bool(filled) == (bool(acts) or bool({margin for margin, *_ in filled} - costs)), kind
        if filled:
            assert ("capex", "direct", "any") in filled, kind
        solved = any(channels()[name].on_models for name in acts)
        assert (("trade_cost", "equilibrium", "accounts") in filled) == solved, kind


def test_margins_are_money_in_a_declared_unit_with_a_source() -> None:
    for row in margins().values():
        assert row.unit in units()
        assert row.source
        assert set(row.flows) <= flows().keys()


def test_flows_within_one_another() -> None:
    assert is_within("domestic", "accounts")
    assert is_within("domestic", "any")
    assert not is_within("accounts", "domestic")
    assert not is_within("domestic", "international")
    assert narrower("accounts", "domestic") == narrower("domestic", "accounts") == "domestic"
    assert narrower("accounts", "outside_accounts") is None
    assert narrower("unheard", "unheard") == "unheard"
    assert narrower("unheard", "any") is None


@dataclass(frozen=True)
class Tables:
    """Rows in place of those of the two files."""

    flows: tuple[Flow, ...]
    margins: tuple[Margin, ...]

    def read(self, package: str, filename: str, model: type) -> tuple[object, ...]:
        return self.flows if filename == "flows.csv" else self.margins


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch):
    """Puts other rows in place of the files'."""

    def put(flow_rows: tuple[Flow, ...], margin_rows: tuple[Margin, ...]) -> None:
        monkeypatch.setattr(module, "read_table", Tables(flow_rows, margin_rows).read)
        module.flows.cache_clear()
        module.margins.cache_clear()

    yield put
    monkeypatch.undo()
    module.flows.cache_clear()
    module.margins.cache_clear()


ANY = Flow(flow="any", title="All", description="All flows")


def test_a_flow_within_an_unknown_one_is_our_own_fault(tables) -> None:
    tables((Flow(flow="part", within="any", title="Part", description="A part"), ANY), ())
    with pytest.raises(ValueError, match=r"flows.csv: part lies within any, which is not declared above it"):
        flows()


@pytest.mark.parametrize(
    ("column", "words"), [("flows", "any some"), ("kinds", "tramway"), ("instead_of", "capex"), ("instead_of", "levy")]
)  # fmt: skip
def test_an_unknown_word_in_a_margin_is_our_own_fault(tables, column: str, words: str) -> None:
    cells = {
        "margin": "levy", "title": "Levy", "owners": "direct", "flows": "any", "transfer": "yes",
        "unit": "US$ m a year", "sign": "either", "description": "A levy", "source": "test",
    }  # fmt: skip
    tables((ANY,), (Margin.model_validate(cells),))
    assert margins()["levy"].transfer
    tables((ANY,), (Margin.model_validate(cells | {column: words}),))
    with pytest.raises(ValueError, match=f"margins.csv: levy has unknown words in {column}"):
        margins()
