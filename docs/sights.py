"""A report as it is seen wide and narrow, in grey and without green cones: `python -m docs.sights REPORT FOLDER`.

    seen = M linear(rgb)      deuteranopia, matrices of severity 1
    grey = 0.2126 r + 0.7152 g + 0.0722 b      of linear light

Machado, Oliveira and Fernandes (2009), "A physiologically-based model for simulation of color vision deficiency", IEEE
TVCG 15(6); luminance and the curve of sRGB: IEC 61966-2-1.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from docs.chromium import find_chromium, run_chromium
from docs.screenshots import only
from PIL import Image

WIDTHS = {1280: 900, 390: 844}  # px: a desk's screen and a telephone's
SECTIONS = ("", "map", "movers", "economies")
LUMINANCE = (0.2126, 0.7152, 0.0722)
SIGHTS = {
    "colour": np.eye(3),
    "grey": np.array([LUMINANCE] * 3),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.01182, 0.04294, 0.968881],
        ]
    ),
}
# The page in a frame of the width, for a window of the browser cannot be as narrow as a telephone.
FRAME = """<!doctype html><body style="margin:0">
<iframe src="page.html" width="{width}" height="{height}" style="border:0"></iframe>"""


def seen(picture: Image.Image, sight: str) -> Image.Image:
    """A picture as it is seen."""
    value = np.asarray(picture.convert("RGB"), dtype=np.float64) / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    light = np.clip(linear @ SIGHTS[sight].T, 0.0, 1.0)
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return Image.fromarray(np.rint(255.0 * coded).astype(np.uint8))


def take(page: str, section: str, width: int) -> Image.Image:
    """A picture of a section of the page in a frame of a width."""
    height = WIDTHS[width]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "page.html").write_text(only(page, section), encoding="utf-8")
        frame = folder / "frame.html"
        frame.write_text(FRAME.format(width=width, height=height), encoding="utf-8")
        shot = folder / "shot.png"
        run_chromium(f"--window-size={max(width, 600)},{height}", f"--screenshot={shot}", frame.as_uri())
        with Image.open(shot) as picture:
            return picture.convert("RGB").crop((0, 0, width, height))


def main(words: list[str]) -> int:
    """Take every picture."""
    if len(words) != 2:
        sys.stderr.write("Usage: python -m docs.sights REPORT.html FOLDER\n")
        return 2
    if find_chromium() is None:
        sys.stderr.write("There is no chromium here: install it and run again.\n")
        return 2
    page, folder = Path(words[0]).read_text(encoding="utf-8"), Path(words[1])
    folder.mkdir(parents=True, exist_ok=True)
    for section in SECTIONS:
        for width in WIDTHS:
            picture = take(page, section, width)
            for sight in SIGHTS:
                seen(picture, sight).save(
                    folder / f"{section or 'answer'}-{width}-{sight}.png", optimize=True
                )
    sys.stdout.write(f"{len(SECTIONS) * len(WIDTHS) * len(SIGHTS)} pictures in {folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
