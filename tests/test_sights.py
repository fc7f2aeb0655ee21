"""Pictures as they are seen: what grey and deuteranopia make of colours that can be worked out by hand."""

from __future__ import annotations

import pytest
from docs.sights import SIGHTS, seen
from PIL import Image


def pixel(colour: tuple[int, int, int], sight: str) -> tuple[int, ...]:
    return seen(Image.new("RGB", (1, 1), colour), sight).getpixel((0, 0))


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (119, 119, 119)])
def test_grey_stays_grey_in_every_sight(colour: tuple[int, int, int], sight: str) -> None:
    # Rows of each matrix add up to one, but for the last digit that was published.
    assert max(abs(a - b) for a, b in zip(pixel(colour, sight), colour, strict=True)) <= 1


def test_colours_are_those_of_the_formula() -> None:
    assert pixel((201, 30, 77), "colour") == (201, 30, 77)
    # Green has 0.7152 of the light of white: 1.055 x 0.7152^(1 / 2.4) - 0.055 = 0.8624, of 255: 219.9.
    assert pixel((0, 255, 0), "grey") == (220, 220, 220)
    # Red: 0.367322, 0.280085 and below zero, which is 0: 0.6402, 0.5662 and 0 once coded.
    assert pixel((255, 0, 0), "deuteranopia") == (163, 144, 0)
