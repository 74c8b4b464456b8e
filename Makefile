# Everything a developer does, each from a machine that has only Python 3.11 or newer, git and make.
#   make demo          a sample month and its report
#   make test          all tests (installs what they need first)
# Another interpreter: make test PYTHON=python3.12        Other tests: make test TESTS=tests/price WORKERS=0

PYTHON  ?= python3
VENV    ?= .venv
WORKERS ?= 2
TESTS   ?= tests
BIN     := $(VENV)/bin

# The stamps say that the environment holds what pyproject.toml asks for; a changed pyproject.toml renews it.
RUN_READY := $(VENV)/.ready-run
DEV_READY := $(VENV)/.ready-dev

.DEFAULT_GOAL := help
.PHONY: help demo test lint types contracts format docs screenshot wheel check clean

help: ## Show this list
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(RUN_READY) ## Make a sample month of logs and its report in ./demo
	@$(BIN)/logcost demo demo

test: $(DEV_READY) ## Run all tests (sets up everything they need, Chromium too)
	@CHROMIUM="$$($(BIN)/python .ci/chromium.py)" && export CHROMIUM && \
	    $(BIN)/python -m pytest $(TESTS) -n $(WORKERS)

lint: $(DEV_READY) ## Check style
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(DEV_READY) ## Check types
	@$(BIN)/mypy
	@$(BIN)/mypy .ci/*.py

contracts: $(DEV_READY) ## Check that the rooms depend on each other in one direction only
	@$(BIN)/lint-imports

format: $(DEV_READY) ## Put all Python files into the house style
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

docs: $(DEV_READY) ## Write the generated pages of docs/ anew
	@$(BIN)/python -m tests.docs.pages

screenshot: $(DEV_READY) demo ## Take the picture in the README anew
	@$(BIN)/python .ci/screenshot.py demo/logcost-report.html docs/images/report.png

wheel: $(DEV_READY) ## Build wheel and sdist, and try the wheel in a fresh environment
	@$(BIN)/python .ci/wheel_check.py

check: lint types contracts wheel test ## All of the above: what .ci/run does

clean: ## Remove the environment and everything that was generated
	rm -rf $(VENV) demo dist .build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(RUN_READY): pyproject.toml .ci/setup.py
	@$(PYTHON) .ci/setup.py $(VENV) run
	@touch $@

$(DEV_READY): pyproject.toml .ci/setup.py
	@$(PYTHON) .ci/setup.py $(VENV) dev
	@touch $@ $(RUN_READY)
