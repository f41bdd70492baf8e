# Each command installs what it needs. Without make (Windows), use the plain commands in README.md.
PYTHON ?= python3
BIN := .venv/bin
export DAGSTER_HOME := $(CURDIR)

# How many kills, full disks and examples `make faults` tries, and runs of one daemon; arguments of `make bench`.
FAULTS ?= 50
SOAK ?= 100
FUZZ ?= 400
BENCH ?=

.PHONY: run test ui bench faults clean

run: .venv/installed
	$(BIN)/pilot-areas run

test: .venv/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist worksteal

ui: .venv/installed
	$(BIN)/dg dev --host 127.0.0.1 --port 3000

bench: .venv/installed-test
	$(BIN)/python -m tests.bench $(BENCH)

faults: .venv/installed-test
	PILOT_AREAS_FAULTS=$(FAULTS) PILOT_AREAS_SOAK=$(SOAK) PILOT_AREAS_FUZZ=$(FUZZ) \
	  $(BIN)/pytest -n 3 --dist loadfile tests/faults tests/bad_files

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

.venv/installed-test: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test]"
	touch $@

clean:
	rm -rf .venv
