# dreamhead: `make head PROMPT="an elderly sailor"` makes a head, `make test` checks the code.
# Every target sets up what it needs; run again, only what changed is done.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
OUT ?= out
ARGS ?=
WORKERS ?= 2
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help head test lint check-all bench banks evidence docs clean
.DELETE_ON_ERROR:

help: ## say what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

# the prompt reaches the shell as it is, whatever signs it holds
override PROMPT := $(value PROMPT)
export PROMPT

head: $(VENV)/.run ## make a head: PROMPT="an elderly sailor" [OUT=out] [ARGS="--seed 1"]
	@test -n "$${PROMPT:-}" || { echo 'give a prompt: make head PROMPT="an elderly sailor"' >&2; exit 2; }
	$(BIN)/dreamhead make "$$PROMPT" -o "$(OUT)" $(ARGS)

test: lint $(VENV)/.clients ## the checks and tests of every commit
	$(BIN)/pytest -n $(WORKERS)

lint: $(VENV)/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

check-all: lint $(VENV)/.clients ## everything, the slow tests too (GPU tests are skipped where there is none)
	tests/clients/install.sh all
	$(BIN)/pytest -m "not network"

bench: $(VENV)/.test ## seconds and memory of every stage, and of the rasterizer
	$(BIN)/python tools/bench.py $(ARGS)

banks: $(VENV)/.run ## make what `select` looks up ready to ship, after the scorer or the head changed
	$(BIN)/python tools/ship_banks.py

evidence: $(VENV)/.test ## draw a head model's evidence: ARGS="--model ict --folder PATH"
	$(BIN)/python tools/evidence.py docs/images/head $(ARGS)

docs: $(VENV)/.test ## write docs/reference from the code
	$(BIN)/python tools/write_reference.py

clean: ## remove what make test and the tests leave, but not the environment
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build dist

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "dreamhead needs Python 3.11 to 3.13; name one: make PYTHON=python3.12 ..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet -e .
	@touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet -e '.[test]'
	@touch $@ $(VENV)/.run

$(VENV)/.clients: $(addprefix tests/clients/,package.json requirements.txt install.sh)
	tests/clients/install.sh
	@touch $@
