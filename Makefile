# Two commands do everything on a fresh machine: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)
BIN := .venv/bin
RUN := .venv/.run-ready
TEST := .venv/.test-ready
TOOLS := tests/deploy/tools
# Packages without a wheel are built with the setuptools of requirements/build.txt, which has hashes.
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation

.PHONY: help run test coverage up down clean lint bench prove contract docs audit weasyprint requirements debian-run debian-test

help:  ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: debian-run $(RUN)  ## Set up, start the local stack, walk one order through it, stop it
	@$(BIN)/aftercart demo

# Compiled once: tests start hundreds of processes.
test: export PYTHONDONTWRITEBYTECODE =
test: debian-test $(TEST)  ## Set up and run the whole test suite, in four processes with servers of their own
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

coverage: debian-test $(TEST)  ## The test suite, and what it covers; fails below the floor in pyproject.toml
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder --cov --cov-report=term

up: debian-run $(RUN)  ## Start the local stack and leave it running
	@$(BIN)/aftercart up

down:  ## Stop the local stack
	@if [ -x $(BIN)/aftercart ]; then $(BIN)/aftercart down; fi

clean: down  ## Stop the local stack and remove its data
	@rm -rf var

lint: $(TEST)  ## Linters, formatting, prose, density, links, types, import rules
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/python -m tests.prose
	@$(BIN)/python -m tests.density
	@$(MAKE) --no-print-directory docs
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy

bench: debian-test $(TEST)  ## Throughput of the orders service beside pgbench, in one run
	@$(BIN)/aftercart bench orders

prove: debian-test $(TEST)  ## Proof under fire: SECONDS=60 SEED=1 NODES=1|3 DATABASE=postgresql|sqlite CONTROL=name; see docs/explanation/guarantees.md
	@$(BIN)/python -m tests.system.fire --seconds $(or $(SECONDS),60) --seed $(or $(SEED),1) \
	  --nodes $(or $(NODES),1) --database $(or $(DATABASE),postgresql) --control "$(CONTROL)"

contract: $(TEST)  ## Write the published contract and the pages of the reference anew, and note additions in the baseline
	@$(BIN)/aftercart contract --schemas var/contract/schemas
	@$(BIN)/python -m tests.languages var/contract/aftercart.d.ts
	@$(BIN)/python -m tests.shared.contracts.additive
	@AFTERCART_ENV_FILE=/dev/null $(BIN)/python -m tests.reference

docs: export NO_MKDOCS_2_WARNING = 1
docs: $(TEST)  ## Build the documentation site in var/site; a broken link is an error
	@$(BIN)/mkdocs build --quiet --strict
	@$(BIN)/aftercart contract --schemas var/site/reference/schemas >/dev/null
	@$(BIN)/python -m tests.languages var/site/reference/aftercart.d.ts >/dev/null

audit: .venv/bin/python  ## Look the pinned packages up in the list of known vulnerabilities
	@$(PYTHON) -m venv .venv/audit
	@.venv/audit/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/audit.txt
	@.venv/audit/bin/pip-audit --strict --disable-pip $(foreach part,build run local dev weasyprint,-r requirements/$(part).txt)

weasyprint: $(RUN)  ## Build wheels of WeasyPrint with its slowest modules compiled, and compare documents with the released one
	@PYTHON=$(BIN)/python deploy/weasyprint/build.sh
	@$(BIN)/python -m deploy.weasyprint.compare var/weasyprint

requirements:  ## Pin the dependencies anew, with hashes (needs uv)
	@for extra in "run:" "console:--extra console -c requirements/run.txt" \
	    "local:--extra local --extra console -c requirements/run.txt" \
	    "dev:--extra local --extra console --extra dev -c requirements/run.txt"; do \
	  uv pip compile -q pyproject.toml $${extra#*:} --python-version 3.11 --universal --generate-hashes \
	    --no-emit-index-url --no-header -o requirements/$${extra%%:*}.txt; done
	@for tool in "build:setuptools>=77 wheel" "audit:pip-audit" \
	    "weasyprint:cython setuptools wheel"; do \
	  printf '%s\n' $${tool#*:} | uv pip compile -q - --python-version 3.11 --universal --generate-hashes \
	    --no-emit-index-url --no-header -o requirements/$${tool%%:*}.txt; done

debian-run:
	@deploy/install-debian.sh run

debian-test:
	@deploy/install-debian.sh test

.venv/bin/python: | debian-run
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed: set PYTHON, for example 'make run PYTHON=python3.12'." >&2; exit 1; }
	@$(PYTHON) -m venv .venv

$(RUN): .venv/bin/python requirements/local.txt requirements/build.txt pyproject.toml
	@echo "Installing the Python packages (pinned, with hashes) into .venv"
	@$(PIP) --require-hashes -r requirements/build.txt
	@$(PIP) --require-hashes -r requirements/local.txt
	@$(PIP) --no-deps --editable .
	@touch $@

$(TEST): $(RUN) requirements/dev.txt $(TOOLS)/package-lock.json docs/examples/node/package-lock.json
	@$(PIP) --require-hashes -r requirements/dev.txt
	@$(TOOLS)/install.sh
	@touch $@
