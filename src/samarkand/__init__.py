"""Samarkand appraises programmes of cross-border projects and measures, economy by economy.

`load_world()` or `load_world("mine")`, `load_programme()`, `appraise(programme, world) -> Appraisal`,
`economy("Kyrgyzstan") -> Answer`, `item("cku-railway") -> Answer`, `compare({name: terms, ...}) -> Comparison`;
`appraisal.py` is the whole way on one screen.
"""

from typing import TYPE_CHECKING

from samarkand.core.lazy import lazy_exports

if TYPE_CHECKING:
    from samarkand.appraisal import appraise as appraise
    from samarkand.core.scenario import Scenario as Scenario
    from samarkand.programme import check_programme as check_programme
    from samarkand.programme import load_programme as load_programme
    from samarkand.reports.answers.asking import economy as economy
    from samarkand.reports.answers.asking import item as item
    from samarkand.reports.answers.variants import compare as compare
    from samarkand.result import Appraisal as Appraisal
    from samarkand.world import store
    from samarkand.world.world import World as World

    load_world = store.open_world

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "Appraisal": "samarkand.result",
        "Scenario": "samarkand.core.scenario",
        "World": "samarkand.world.world",
        "appraise": "samarkand.appraisal",
        "compare": "samarkand.reports.answers.variants",
        "economy": "samarkand.reports.answers.asking",
        "item": "samarkand.reports.answers.asking",
        "check_programme": "samarkand.programme",
        "load_programme": "samarkand.programme",
        "load_world": "samarkand.world.store:open_world",
    },
)
