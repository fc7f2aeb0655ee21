"""Published worked appraisals with their own inputs, reproduced to the digits that they print.

European Commission, "Guide to cost-benefit analysis of investment projects" (2008), section 4.2, upgrading of a
railway: tables 4.14 (traffic) and 4.17 (consumers' surplus), pages 145 and 147. Read on 27 November 2026:
https://www.yumpu.com/en/document/view/51028141/guide-to-cost-benefit-analysis-of-investment-projects-ramiri/145
https://www.yumpu.com/en/document/view/51028141/guide-to-cost-benefit-analysis-of-investment-projects-ramiri/147
Its flows by year are on pages that could not be read, so that its net present value is not here.

Asian Development Bank, "Cost-benefit analysis for development: a practical guide" (2013), chapter 9, a programme of
power plants and lines in Viet Nam: table 9.18, page 345, whole: costs and four benefits by year, its net present value
and its economic rate of return. Read on 27 November 2026:
https://slidepub.com/slideshow/cost-benefit-anaylsis-for-development-by-asian-development-bank

Office of Management and Budget of the United States, Circular A-94 (November 2023), appendix B, section 1: costs and
benefits of ten years at 3.1 %. Read on 27 November 2026 as a public test quotes it, inputs and totals; the circular
itself could not be opened.

Levinson and others, "Fundamentals of Transportation", chapter Evaluation, solved problem. Read on 27 November 2026:
http://en.wikibooks.org/wiki/Fundamentals_of_Transportation/Evaluation/Solution
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from samarkand.core.evidence import Evidence
from samarkand.engines.project_values import (
    calc_benefit_cost_ratio,
    calc_present_value,
    calc_rate_of_return,
    calc_switching_value,
)
from samarkand.programme.model.models import Point, Project, Section
from samarkand.world.economies.facts import Facts
from samarkand.world.parameters import Parameters
from samarkand.worth.off_network import freight_streams
from samarkand.worth.passengers import passenger_streams

Make = Callable[..., Project]

# Millions a year of those who took the railway before, and after; euros that each of the former gains.
# As printed: what the former gain, what those gain who come from the road, the sum; millions of euros.
PASSENGERS = {
    "option 1": (6.3, 10.8, 3.58, (22.6, 8.1, 30.6)),
    "option 2": (6.3, 17.28, 6.27, (39.5, 34.4, 73.9)),
}
TONNES = {
    "option 1": (0.308, 1.584, 5.16, (1.6, 3.3, 4.9)),
    "option 2": (0.308, 3.168, 5.16, (1.6, 7.4, 9.0)),
}


def passengers_gain(
    make: Make, facts: Facts, parameters: Parameters, number: float, before: float, gain: float
) -> float:
    """An hour is worth a euro here: 0.1 x 190 bn / (10 m x 1,900 h); what is gained is written as hours."""
    given = parameters.replace({"wage_share": 0.1, "value_of_work_time": 1.0, "value_of_other_time": 1.0})
    item = make(
        "rail", status="in_service", passengers=1e6 * number, diverted_share=before / number,
        passenger_hours_before=gain, passenger_hours_after=0.0,
    )  # fmt: skip
    (stream,), _ = passenger_streams(item, facts, given, given, given)
    return stream.total.central


def tonnes_gain(make: Make, parameters: Parameters, number: float, before: float, gain: float) -> float:
    """A tonne in a unit, over a kilometre: what is gained is the difference of the two rates."""
    given = parameters.replace(
        {
            "freight_diverted_share": before / number, "freight_load": 1.0,
            "road_rate_dual": gain, "rail_rate_standard": 0.0,
        }
    )  # fmt: skip
    ends = tuple(Point(name=name, latitude=40, longitude=70) for name in ("A", "B"))
    length = Evidence(value=1, unit="km", source="made up", flag="assumed")
    section = (Section(effect="upgrade", points=ends, length=length),)
    item = make("rail", status="in_service", section=section, freight_tonnes=number, freight_haul=1.0)
    (stream,), _ = freight_streams(item, 0.0, (), given, given, given)
    return stream.total.central


@pytest.mark.parametrize("option", PASSENGERS)
def test_consumers_surplus_of_passengers_of_the_commissions_railway(
    option: str, make: Make, facts: Facts, parameters: Parameters
) -> None:
    before, number, gain, printed = PASSENGERS[option]
    all_of_them = passengers_gain(make, facts, parameters, number, before, gain)
    former = passengers_gain(make, facts, parameters, before, before, gain)
    assert (round(former, 1), round(all_of_them - former, 1), round(all_of_them, 1)) == printed


@pytest.mark.parametrize("option", TONNES)
def test_consumers_surplus_of_freight_of_the_commissions_railway(
    option: str, make: Make, parameters: Parameters
) -> None:
    before, number, gain, printed = TONNES[option]
    all_of_them = tonnes_gain(make, parameters, number, before, gain)
    former = tonnes_gain(make, parameters, before, before, gain)
    assert (round(former, 1), round(all_of_them - former, 1), round(all_of_them, 1)) == printed


def test_the_textbooks_guided_wire() -> None:
    """US$ 5 m of petrol saved in the tenth year, US$ 470,000 paid in each of the ten, at 3 %: costs exceed benefits."""
    benefits, costs = np.zeros(11), np.zeros(11)
    benefits[10], costs[1:] = 5e6, 470_000
    assert round(calc_present_value(benefits, 0.03), 2) == 3_720_469.57
    assert round(calc_present_value(costs, 0.03), 2) == 4_009_195.33
    assert calc_benefit_cost_ratio(benefits, costs, 0.03) == pytest.approx(3_720_469.57 / 4_009_195.33)


# 2007 to 2025, billions of dong: what is spent, and what new and existing users gain, in what they use more and in what
# they used before in another way. The four columns stand still from 2015 on.
VIET_NAM_COSTS = [4652, 14843, 26256, 33296, 20648, 10750, 4245, 2168] + [1451] * 11
VIET_NAM_BENEFITS = [
    (0, 0, 0, 0), (72, 321, 0, 2776), (146, 650, 1417, 3011), (221, 987, 3197, 3267), (299, 1332, 5370, 3545),
    (378, 1686, 7975, 3847), (460, 2049, 11052, 4175), (543, 2421, 14645, 4531), *[(629, 2803, 18804, 4919)] * 11,
]  # fmt: skip
VIET_NAM_TOTALS = [0, 3169, 5224, 7671, 10546, 13886, 17735, 22141] + [27155] * 11
VIET_NAM_NET = [-4652, -11674, -21032, -25624, -10102, 3136, 13490, 19973] + [25704] * 11


def test_the_banks_power_plants_of_viet_nam() -> None:
    """The bank puts the first year at the end of a year, as spreadsheets do: a year of nothing stands before it."""
    benefits = np.array(VIET_NAM_BENEFITS, float)
    # Printed in whole billions: a sum of four may differ by two, a difference of two sums by one.
    np.testing.assert_allclose(benefits.sum(axis=1), VIET_NAM_TOTALS, atol=2)
    net = np.array(VIET_NAM_TOTALS) - np.array(VIET_NAM_COSTS)
    np.testing.assert_allclose(net, VIET_NAM_NET, atol=1)
    flows = np.concatenate([[0.0], net])
    assert f"{calc_present_value(flows, 0.12):,.0f}" == "26,952"
    assert f"{calc_rate_of_return(flows).value:.1%}" == "17.9%"
    # The same by our other figures: at the ratio and at the switching value nothing is left.
    costs, gains = (np.concatenate([[0.0], one]) for one in (VIET_NAM_COSTS, VIET_NAM_TOTALS))
    ratio = calc_benefit_cost_ratio(gains, costs, 0.12)
    assert calc_present_value(gains - ratio * costs, 0.12) == pytest.approx(0.0, abs=1e-7)  # of 1e5
    assert calc_switching_value(-costs, flows, 0.12) == pytest.approx(ratio - 1)


def test_the_circulars_ten_years() -> None:
    costs = np.array([0, 10, 20, 30, 30, 20, 10, 5, 5, 5, 5], float)
    benefits = np.array([0, 0, 0, 5, 10, 30, 40, 40, 40, 40, 25], float)
    assert f"{calc_present_value(costs, 0.031):.2f}" == "123.37"
    assert f"{calc_present_value(benefits, 0.031):.2f}" == "184.92"
    assert f"{calc_present_value(benefits - costs, 0.031):.2f}" == "61.55"
