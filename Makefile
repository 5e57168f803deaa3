# The verbs of a working day. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run setup test bench check fix lock
.DELETE_ON_ERROR:

# The first Python that is new enough and can make a virtual environment.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
  && echo $$python && break; done)
NO_PYTHON = "Exactlink needs Python 3.11 or newer with its venv module. \
  Debian and Ubuntu: apt install python3-venv. Another Python: make PYTHON=/path/to/python3"
BIN = .venv/bin
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
COMPILE = CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes \
  --strip-extras --allow-unsafe --no-emit-options

help: ## lists what make can do
	@sed -n 's/^\([a-z]*\):.*## /  make \1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

run: .venv/.installed ## sets up on a fresh machine, then runs everything and prints the address and a log-in
	@$(BIN)/python manage.py up

setup: .venv/.installed-dev ## installs what development needs, and the pre-commit hooks
	@test ! -e .git || $(BIN)/pre-commit install

test: .venv/.installed-dev ## installs what tests need, then runs every test but the live ones
	$(BIN)/python -m tests

bench: .venv/.installed-dev ## runs the benchmarks and prints their tables
	$(BIN)/python -m tests.bench

check: .venv/.installed-dev ## checks formatting, lint, types, imports, migrations and settings (the tests: make test)
	$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy . && $(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run && PUBLIC_URL=https://exactlink.example $(BIN)/python manage.py check --deploy --fail-level WARNING

fix: .venv/.installed-dev ## lets the tools repair what they can
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

lock: .venv/.installed-dev ## remakes both lock files from pyproject.toml
	$(COMPILE) --output-file .requirements.txt pyproject.toml
	$(COMPILE) --extra dev --constraint .requirements.txt --output-file .requirements-dev.txt pyproject.toml

.venv/.made:
	@test -n "$(PYTHON)" || { echo $(NO_PYTHON) >&2; exit 1; }
	@$(PYTHON) -m venv .venv && touch $@

.venv/.installed: .requirements.txt | .venv/.made
	@echo "Installing what Exactlink needs; this happens once." && $(INSTALL) -r .requirements.txt
	@touch $@

.venv/.installed-dev: .requirements-dev.txt .venv/.installed
	@echo "Installing what its development needs; this happens once." && $(INSTALL) -r .requirements-dev.txt
	@touch $@
