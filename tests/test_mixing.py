"""Anderson's mixing: fixed points that plain repetition leaves, and values that stay above zero."""

from __future__ import annotations

import numpy as np
import pytest

from samarkand.engines.mixing import LONGEST, Mixing


def repeat(image, x: np.ndarray, most: int) -> tuple[np.ndarray, int]:
    mixing = Mixing()
    for number in range(most):
        found = image(x)
        if np.abs(found - x).max() <= 1e-10:
            return x, number
        x = mixing.step(x, found)
    raise AssertionError(x)


def test_a_line_that_repetition_leaves_takes_three_steps() -> None:
    """g(x) = 10 - 3 x is at rest in 2.5; repeated from 2 it goes to 4, -2, 16. The secant of two points is exact."""
    x, steps = repeat(lambda x: 10.0 - 3.0 * x, np.array([2.0]), 4)
    assert x == pytest.approx([2.5])
    assert steps == 2


def test_two_lines_that_act_on_each_other() -> None:
    """Linear in two: exact after three points (Walker and Ni 2011: as many as there are variables, and one)."""
    slope = np.array([[-2.0, 0.5], [0.3, -1.5]])
    rest = np.array([40.0, 7.0])
    x, steps = repeat(lambda x: rest + slope @ (x - rest), np.array([35.0, 9.0]), 6)
    assert x == pytest.approx(rest)
    assert steps <= 3


def test_a_curve_and_no_step_beyond_what_is_allowed() -> None:
    x, _ = repeat(lambda x: 100.0 / x**3, np.array([1.0]), 30)
    assert x == pytest.approx([100.0**0.25])
    assert Mixing().step(np.array([1.0]), np.array([1e6])) == pytest.approx([LONGEST])


def test_what_has_nothing_for_an_image_is_set_to_nothing_once() -> None:
    """g(x) = max(1 - 3 x, 0) is at rest in 1/4; from 1 the image is nothing, and at nothing it is 1: a second time
    a value is not set to nothing, or it would go on for ever."""
    mixing = Mixing()
    assert mixing.step(np.array([1.0]), np.array([0.0])) == pytest.approx([0.0], abs=0)
    x, _ = repeat(lambda x: np.maximum(1.0 - 3.0 * x, 0.0), np.array([1.0]), 30)
    assert x == pytest.approx([0.25])


def test_one_step_from_what_is_known_of_a_fixed_point_near_by() -> None:
    """The inverse slope that the way to one fixed point learned leads to that of the same lines moved."""
    slope = np.array([[-2.0, 0.5], [0.3, -1.5]])
    mixing, x = Mixing(), np.array([35.0, 9.0])
    for _ in range(4):
        x = mixing.step(x, np.array([40.0, 7.0]) + slope @ (x - np.array([40.0, 7.0])))
    assert mixing.inverse == pytest.approx(np.linalg.inv(slope - np.eye(2)), rel=1e-6)
    moved = np.array([44.0, 6.0])
    assert Mixing(mixing.inverse).step(x, moved + slope @ (x - moved)) == pytest.approx(moved)
