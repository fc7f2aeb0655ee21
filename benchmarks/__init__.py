"""Speed beside peers: `python -m benchmarks [NAME]...` runs the modules of this package."""
