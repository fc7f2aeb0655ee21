"""Runs `main()` of every module in this package, or of those named on the command line.

What begins with a dash is for the modules themselves.
"""

from __future__ import annotations

import pkgutil
import sys
from importlib import import_module
from pathlib import Path


def main() -> None:
    known = sorted(
        module.name
        for module in pkgutil.iter_modules([str(Path(__file__).parent)])
        if not module.name.startswith("_")
    )
    chosen = [word for word in sys.argv[1:] if not word.startswith("-")] or known
    for name in chosen:
        if name not in known:
            sys.exit(f"no benchmark {name!r}; there are: {', '.join(known)}")
        import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
