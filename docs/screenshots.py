"""Takes the pictures of the README and of docs/reading-a-report.md: `python -m docs.screenshots`.

Appraises the default programme, opens its report in Debian's chromium without a screen, and writes docs/images/*.png
with a palette of their own, so that each stays small. Says so and ends with status 2 where there is no chromium.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from docs.chromium import find_chromium, run_chromium
from PIL import Image

from samarkand.appraisal import appraise
from samarkand.reports.html import render_report

IMAGES = Path(__file__).parent / "images"
LARGEST = 200_000
YEARS = (2025, 2026, 2027, 2028, 2029, 2030, 2031, 2032, 2033, 2034, 2035)
# Name: the section shown from its top, and the width and height of the window.
PICTURES = {
    "report-answer": ("", 1280, 760),
    "report-map": ("map", 1280, 740),
    "report-movers": ("movers", 1280, 640),
    "report-programme": ("programme", 1280, 1240),
    "report-years": ("years", 1280, 800),
    "report-economies": ("economies", 1280, 620),
}


def only(page: str, section: str) -> str:
    """The page with one section alone, so that a picture begins where the section begins."""
    if not section:
        return page
    chosen = re.search(rf'<section id="{section}">.*?</section>', page, re.DOTALL)
    if chosen is None:
        raise ValueError(f"the report has no section {section}")
    head, rest = page.split("<header>", 1)
    return f"{head}<main>{chosen[0]}</main>{rest[rest.index('<script>') :]}"


def take(page: str, name: str) -> Path:
    """One picture of the page."""
    section, width, height = PICTURES[name]
    with tempfile.TemporaryDirectory() as folder:
        source, shot = Path(folder) / "page.html", Path(folder) / "shot.png"
        source.write_text(only(page, section), encoding="utf-8")
        run_chromium(f"--window-size={width},{height}", f"--screenshot={shot}", source.as_uri())
        target = IMAGES / f"{name}.png"
        with Image.open(shot) as picture:
            picture.convert("RGB").quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
                target, optimize=True
            )
    if target.stat().st_size > LARGEST:
        raise ValueError(f"{target.name} has {target.stat().st_size:,} bytes; at most {LARGEST:,} are wanted")
    return target


def main() -> int:
    """Take every picture."""
    if find_chromium() is None:
        sys.stderr.write(
            "There is no chromium here: install it (Debian: apt-get install chromium) and run again.\n"
        )
        return 2
    IMAGES.mkdir(exist_ok=True)
    page = render_report(appraise("eurasian-corridors", years=YEARS))
    for name in PICTURES:
        target = take(page, name)
        sys.stdout.write(f"docs/images/{target.name} {target.stat().st_size / 1e3:.0f} kB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
