# `make` lists the commands. Two are enough for a fresh machine: `make run` and `make test`.

SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python
# One path or several, for one run of the tests: make test T=tests/records
T ?=
# Two cores run two processes; PYTEST_XDIST_AUTO_NUM_WORKERS changes it.
PYTEST := $(PY) -m pytest -n auto --dist worksteal
COVERS := --covers-report .coverage-map.json
# What `make check` has run already when all tests are run.
DOCS := $(addprefix tests/tooling/test_,documents.py examples.py guides.py reference_pages.py)
SEEN := $(addprefix --ignore=,tests/architecture $(DOCS))

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup setup-dev
setup: ## environment, packages and front end for running
	@$(PYTHON) scripts/setup.py

setup-dev: ## the same with the tools of developers and the browser of the tests
	@$(PYTHON) scripts/setup.py --dev

.PHONY: run
run: setup ## everything: set-up, database, demo data, server on http://127.0.0.1:8000
	@$(BIN)/payvand init --demo
	@exec $(BIN)/payvand serve

.PHONY: test fast
test: setup-dev ## all tests, in parallel; T=path for some
	@rm -f .coverage-map-core.json
	@$(PYTEST) $(if $(T),,$(COVERS)) $(T)

fast: setup-dev ## the tests of what was changed since the last commit
	@$(PYTEST) -m "not browser" $$($(PY) scripts/affected_tests.py)

.PHONY: lint format types arch metadata-check docs i18n
lint: setup-dev ## ruff, and the format of every file
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

format: setup-dev ## put every file in order
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

types: setup-dev ## mypy and TypeScript, strict
	@$(PY) -m mypy
	@MYPYPATH=scripts $(PY) -m mypy scripts
	@$$(cat .stamps/node) themes/node_modules/typescript/bin/tsc --noEmit -p themes

arch: setup-dev ## import contracts, sizes, names, surface of the sdk
	@$(PY) -m pytest -q tests/architecture --covers-report .coverage-map-architecture.json

metadata-check: setup-dev ## compile the documents of all modules
	@$(BIN)/payvand metadata check

docs: setup-dev ## links, decisions, dependencies, examples, pages written from the code
	@$(PY) -m pytest -q $(DOCS)

i18n: setup-dev ## every sentence has its Persian, with the same parameters
	@$(PY) scripts/i18n.py check

.PHONY: tests-once coverage core-alone wheel bundle-check coverage-map bench bench-tasks bench-pages conformance fuzz worlds sequences audit kills soak screens accessibility
tests-once: setup-dev ## all tests, each once: those of the core without modules
	@$(PY) scripts/check_core_alone.py --covers-report $(CURDIR)/.coverage-map-core.json
	@$(PYTEST) -m "not core_alone" $(SEEN) $(COVERS)

coverage: setup-dev ## the same, measured: at least 90 % of lines; takes longer
	@rm -rf .coverage && mkdir .coverage
	@$(PY) scripts/check_core_alone.py --measured --covers-report $(CURDIR)/.coverage-map-core.json
	@$(PY) -m coverage run -m pytest -n auto --dist worksteal -m "not core_alone" $(SEEN) $(COVERS)
	@$(PY) -m coverage combine --quiet
	@$(PY) -m coverage report

core-alone: setup-dev ## the core's own tests with no module at all
	@$(PY) scripts/check_core_alone.py

wheel: setup-dev ## build the wheel and use it in an empty environment
	@$(PY) scripts/check_wheel.py

bundle-check: setup-dev ## make a bundle and use it on a bare Debian without a network; needs root and debootstrap
	@$(PY) scripts/check_bundle.py

coverage-map: setup-dev ## which requirement rows the last test run has shown
	@$(PY) scripts/coverage_map.py

bench: setup ## the figures of benchmarks/, side by side with the yardstick
	@$(PY) -m pip install --quiet -r benchmarks/requirements.txt && $(PY) -m benchmarks $(if $(QUICK),--quick) $(if $(FIRST),--first)

bench-tasks: setup-dev ## eight tasks of a seller in a browser: clicks, keystrokes, seconds
	@$(PY) -m benchmarks.tasks

bench-pages: setup-dev ## what pages cost a slow phone, beside the budgets of the design
	@$(PY) -m benchmarks.page_budgets

worlds: setup-dev ## rights in 5,000 random worlds: SQL, Python and a naive reading agree
	@$(PY) scripts/rights_worlds.py 5000

sequences: setup-dev ## 300 random sequences of requests: nobody gets rights but by who may grant them
	@$(PY) scripts/rights_sequences.py

conformance: setup-dev ## 20,000 random expressions: Python, PostgreSQL and the browser's interpreter
	@$(PY) scripts/conformance.py

fuzz: setup-dev ## a million texts at the parser of expressions: each is one, or refused
	@$(PY) scripts/fuzz_expressions.py

kills: setup-dev ## 100 times kill -9 under 20,000 writes: 0 lost, 0 doubled, 0 that nobody asked for
	@$(PY) scripts/kill_all.py --keep

soak: setup-dev ## half an hour of mixed load on the served product: memory stays flat
	@$(PY) scripts/soak.py --keep

screens: setup-dev ## the pictures of docs/screens, anew from a fresh demo site
	@$(PY) scripts/screens.py

accessibility: setup-dev ## axe on every screen in every look; `make test` looks at each screen in one of four
	@PAYVAND_ACCESSIBILITY=whole $(PYTEST) tests/browser/test_accessibility.py

audit: setup-dev ## known holes in the packages we use (asks the outside world)
	@$(PY) -m pip install --quiet '.[audit]'
	@$(PY) -m pip_audit --skip-editable

.PHONY: new check clean
new: setup ## a new module: make new NAME=library TEMPLATE=entity
	@test -n "$(NAME)" || { echo "Say its name: make new NAME=library"; exit 2; }
	@$(PY) scripts/new_module.py $(NAME) --template $(or $(TEMPLATE),entity)

# Cheap first.
check: lint types arch docs i18n metadata-check tests-once wheel coverage-map ## everything above, as the CI does

clean: ## remove what the tools leave; data in var/ stay
	@rm -rf .coverage .coverage-map*.json .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build dist *.egg-info
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
