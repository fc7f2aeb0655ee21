"""``python -m data [STEP]...``: builds the embedded world; without a step, all of them in turn."""

from __future__ import annotations

import argparse
import importlib
import resource
import sys
import time

# Later steps read what earlier ones wrote.
STEPS = {
    "accounts": "data.accounts.build",
    "facts": "data.accounts.facts",
    "network": "data.network",
    "map": "data.map",
}


def main(arguments: list[str] | None = None) -> int:
    """Run the named steps; states the time and the largest memory each took."""
    parser = argparse.ArgumentParser(prog="python -m data", description=__doc__)
    parser.add_argument("step", nargs="*", choices=[*STEPS, []], help="steps to run (default: all)")
    chosen = parser.parse_args(arguments).step or list(STEPS)
    for step in chosen:
        started = time.perf_counter()
        importlib.import_module(STEPS[step]).build()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"{step}: {time.perf_counter() - started:.0f} s, peak memory {peak:.2f} GB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
