# Every target sets itself up: a Python >= 3.11 with venv is all that must be there.

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset test test-postgres chaos bench lint format lock
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME VIRTUAL_ENV
BIN := .venv/bin

help: ## Show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install everything for development, from the lock
	@scripts/install dev

demo: ## Run the whole platform on http://localhost:8000 (PORT=8001 for another port)
	@scripts/install demo
	@exec $(BIN)/python -m scripts.demo

demo-reset: ## The same, with the demo's data made anew
	@scripts/install demo
	@exec $(BIN)/python -m scripts.demo reset

test: ## Run every test (ARGS="tests/payments -x" for some)
	@scripts/test $(ARGS)

test-postgres: ## Run every test on PostgreSQL and Redis, started and stopped here
	@scripts/test --on-postgres $(ARGS)

chaos: ## Storm the books with faults: 20 seeds of 10,000 events (ARGS="3 2000" for 3 seeds of 2,000)
	@scripts/chaos $(ARGS)

bench: ## Measure the hot paths beside the least they could cost (ARGS="--rounds 1" for a quick look)
	@scripts/install dev
	@scripts/clean-env python -m bench $(ARGS)
	@scripts/clean-env python -m bench.catching_up
	@scripts/clean-env python -m bench.books

lint: ## Check style, types, layers, templates and migrations
	@scripts/lint

format: ## Format the code and mend what can be mended by itself
	@scripts/install dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: ## Resolve pyproject.toml into the locks anew (needs uv; ARGS=--upgrade for newer versions)
	@scripts/lock $(ARGS)
