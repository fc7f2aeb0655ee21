"""`python -m samarkand.cli`."""

from samarkand.cli import main

main()
