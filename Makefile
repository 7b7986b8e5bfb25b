# Everything here does its own set-up: Python 3.11+ and Node 20+ are all that it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PAGE := bot/sandbox/page
CI_APT ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup run test check format bench eval chaos test-stories screenshots gallery catalogue lock clean

help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready $(PAGE)/node_modules/.ready ## Install everything into this folder

run: setup ## Start the sandbox with the bot and made-up alerts; prints the address to open
	$(BIN)/tocsin --log-level warning sandbox --with-bot --feed 20

test: setup ## Run all tests
	$(BIN)/pytest

check: setup ## Run everything that a change must pass: format, lint, types, architecture, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

format: setup ## Format the code and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## Measure speed and size, as ratios within one run
	$(BIN)/python -m tests.benchmarks.bench
	$(BIN)/python -m tests.benchmarks.bench_lists
	$(BIN)/python -m tests.benchmarks.bench_bulk
	$(BIN)/python -m tests.benchmarks.conditions
	$(BIN)/python -m tests.benchmarks.tuning
	$(BIN)/python -m tests.benchmarks.bench_similar
	$(BIN)/python -m tests.benchmarks.bench_digest

eval: ## Measure similar alerts, recommendations and grouping on real alerts, where those are there
	@if $(PYTHON) -m tests.eval.run --look; then $(MAKE) --silent .venv-eval/.ready && .venv-eval/bin/python -m tests.eval.run; fi

chaos: setup ## Break things as often as it takes: kills, faults, storms (long; goes on where it was stopped)
	$(BIN)/python -m tests.chaos

test-stories: setup ## Tell more of Defender's stories: TOCSIN_TEST_STORIES=200, on each database
	TOCSIN_TEST_STORIES=$${TOCSIN_TEST_STORIES:-200} $(BIN)/pytest -q tests/integration/test_defender_model.py

screenshots: setup ## Remake the pictures of the documentation from the sandbox (needs Chromium)
	$(BIN)/python -m tests.support.screenshots
	$(BIN)/python -m tests.support.weekend

catalogue: setup ## Put the catalogues of the languages in step with the texts of the program
	$(BIN)/python -m tests.support.catalogue

gallery: setup ## Draw every card in every state, as phones and desks show it, and look for what is wrong (needs Chromium)
	$(BIN)/python -m tests.gallery

lock: $(VENV)/.ready ## Resolve the dependencies anew
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header --quiet -o requirements.lock
	cd $(PAGE) && npm install --package-lock-only --no-audit --no-fund

clean: ## Remove what set-up and tests made
	rm -rf $(VENV) .venv-eval $(PAGE)/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist

$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# The program depends on none of these.
.venv-eval/.ready:
	$(PYTHON) -m venv .venv-eval
	.venv-eval/bin/pip install --quiet --disable-pip-version-check numpy scipy scikit-learn
	@touch $@

$(PAGE)/node_modules/.ready: $(PAGE)/package-lock.json
	cd $(PAGE) && npm ci --no-audit --no-fund --silent
	@touch $@
