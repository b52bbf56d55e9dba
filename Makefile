# Two commands are all a newcomer needs: `make demo` and `make test`. `make help` lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CHECKED := src tests bench

.PHONY: help demo serve test test-quick check format bench evidence lock clean

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tutela needs Python 3.11 or newer; set PYTHON=/path/to/one")'
	$(PYTHON) -m venv $(VENV)

# The C kernels are part of the installed project: changing them or the packaging installs it again.
$(VENV)/.runtime: requirements/runtime.txt pyproject.toml setup.py $(wildcard src/tutela/engine/native/*.[ch]) | $(BIN)/python
	$(PIP) install --require-hashes -r requirements/runtime.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(VENV)/.runtime ## make benign pictures, register a third as known, alter copies, scan them, show the result
	@$(BIN)/tutela demo

serve: $(VENV)/.runtime ## start the service on this machine; the first run prints the administrator's set-up code
	@$(BIN)/tutela up

test: $(VENV)/.dev ## run every test; what needs PostgreSQL or Chromium is skipped, with the reason, where there is none
	$(BIN)/pytest -m "slow or not slow"

test-quick: $(VENV)/.dev ## run the tests that start no servers, browsers or processes to kill
	$(BIN)/pytest

check: $(VENV)/.dev ## lint, types, import contracts, terminology, formatting
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/basedpyright --project pyproject.toml
	$(BIN)/lint-imports
	$(BIN)/python -m tests.checks.terminology

format: $(VENV)/.dev ## let ruff lay the code out
	$(BIN)/ruff format $(CHECKED)
	$(BIN)/ruff check --fix $(CHECKED)

bench: $(VENV)/.dev ## measure side by side with the peers (slow; installs them in .peers)
	$(BIN)/python -m bench

evidence: $(VENV)/.dev ## run the command behind each claim, or one with ID=A2 (slow)
	$(BIN)/python -m bench.evidence $(ID)

lock: ## pin every dependency with hashes (needs uv)
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-annotate --custom-compile-command "make lock" requirements/runtime.in -o requirements/runtime.txt
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-annotate --custom-compile-command "make lock" requirements/dev.in -o requirements/dev.txt

clean: ## remove what the commands above made
	rm -rf $(VENV) .peers build *.egg-info src/*.egg-info src/tutela/engine/native/*.so
