# `make check` runs the main job, `make test` runs lint, types and the tests, `make test-all` those
# tests that take longer. All set up an environment in .venv first; a second run installs nothing.

PYTHON ?= python3
PART ?= 1/1
VENV := .venv
BIN := $(VENV)/bin

.PHONY: check test test-all lint types bench pictures clean

check: $(VENV)/.installed
	$(BIN)/twinrom check msa1000 proliant fleet

test: lint types
	$(BIN)/pytest -n auto --dist worksteal

test-all: $(VENV)/.installed-test
	$(BIN)/pytest -n auto --dist worksteal -m long --part $(PART)

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .

# mypy does not follow the package directories of pyproject.toml: it reads links that stand as they
# are installed.
types: $(VENV)/.installed-test
	rm -rf build/types && mkdir -p build/types/twinrom
	ln -s $(addprefix $(CURDIR)/,$(wildcard twinrom/*) statemachine proofs diagrams) build/types/twinrom
	$(BIN)/mypy

bench: $(VENV)/.installed
	$(BIN)/python benchmarks/bounded.py
	$(BIN)/python benchmarks/proving.py
	$(BIN)/python benchmarks/growth.py
	$(BIN)/python benchmarks/cuts.py
	$(BIN)/python benchmarks/spin.py

pictures: $(VENV)/.installed
	$(BIN)/python docs/pictures.py

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
