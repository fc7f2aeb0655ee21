"""`python -m samarkand`: the command line."""

from samarkand.cli import main

main()
