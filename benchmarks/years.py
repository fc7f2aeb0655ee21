"""26 years of the default programme, files included: cold in a new process, then warm in the same one.

All priorities, then trade and infrastructure alone: the two that a version before 27 November 2026 has, so that it is
compared with the same indicators.

    python -m benchmarks years

Five processes, medians. Wall time, and the processor time of all threads: on a machine that does other work too, the
second is what repeats.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from statistics import median

PROCESSES = 5
CHOICES = {"all priorities": (), "trade and infrastructure": ("trade", "infrastructure")}
PROGRAM = """
import time
wall, used = time.perf_counter(), time.process_time()
import json, sys, tempfile
from pathlib import Path
import samarkand as sk
from samarkand.reports.files import write_appraisal

def ask(label, **question):
    global wall, used
    question.setdefault("priorities", tuple(sys.argv[1:]))
    appraisal = sk.appraise("eurasian-corridors", years=range(2025, 2051), reach=True, **question)
    solved = time.perf_counter() - wall
    with tempfile.TemporaryDirectory() as out:
        write_appraisal(appraisal, Path(out))
    took = time.perf_counter() - wall, time.process_time() - used, solved
    rows = sum(block.values.size for block in appraisal.blocks())
    print(json.dumps([label, took, len(appraisal.states), rows]))
    wall, used = time.perf_counter(), time.process_time()
    return appraisal

first = ask("cold, imports included")
ask("warm, the same question")
ask("warm, without the last opening", without=(max((i for i in first.programme.items if i.opening),
    key=lambda i: i.opening.year).id,))
ask("warm, another ramp-up", assumptions={"ramp_up_years": 2})
"""


def main() -> None:
    """Both choices of priorities."""
    for title, names in CHOICES.items():
        sys.stdout.write(f"{title}\n")
        measure(names)


def measure(names: tuple[str, ...]) -> None:
    """Run it once to have compiled code, Python's own too, and prepared networks on the disk; then five times."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", PROGRAM, *names]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    runs = [
        subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, text=True).stdout
        for _ in range(PROCESSES)
    ]
    by_question = zip(*([json.loads(line) for line in run.splitlines()] for run in runs), strict=True)
    for of_question in by_question:
        label, _, states, rows = of_question[0]
        walls, used, solved = zip(*(took for _, took, _, _ in of_question), strict=True)
        sys.stdout.write(
            f"{label:<31}{median(walls):6.2f} s ({min(walls):.2f} to {max(walls):.2f}), "
            f"{median(used):5.2f} s of processors, solved after {median(solved):5.2f} s;  "
            f"{states} states, {rows:,} values\n"
        )
