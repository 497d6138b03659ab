# The same commands on a laptop, in CI and in the README. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test check bench bench-gateway bench-peers bench-scale bench-large test-real test-serve test-vllm
.PHONY: bench-view test-docker test-distributed test-inspect docs docs-serve screenshots lock clean

help: ## list the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run ## install, then the demo: two simulated models behind the embedded gateway
	@$(BIN)/mosseval run --target embedded --benchmark demo \
	  --model simulated/helpful --model simulated/cautious $(ARGS)

test: $(VENV)/.all ## every test (ARGS='-k name' for some)
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

check: $(VENV)/.all docs ## format, lint, types, import directions, documentation, lock
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_structure.py
	$(BIN)/python tools/check_lock.py

bench: $(VENV)/.all ## speed and memory beside a bare client, as ratios
	$(BIN)/python bench/run.py $(ARGS)

bench-gateway: $(VENV)/.all ## the gateway beside a bare pass-through and the stock litellm proxy, as ratios
	$(BIN)/python bench/gateway.py $(ARGS)

bench-peers: $(VENV)/.all ## the same work by another harness, in a virtual environment of its own
	$(BIN)/python bench/peers.py $(ARGS)

bench-scale: $(VENV)/.all ## simulated: 10 to 10,000 pods against one limit (ARGS='--validate': a small job for real beside it)
	$(BIN)/python bench/scale.py $(ARGS)

bench-large: $(VENV)/.all ## merge and summary of a hundred thousand to ten million made-up records
	$(BIN)/python bench/large.py $(ARGS)

bench-view: $(VENV)/.all ## pages of `mosseval view` over 12,000 answers, standing still and growing; bytes, requests, DOM nodes
	$(BIN)/python bench/view.py $(ARGS)

test-real: $(VENV)/.all ## a real model server: `transformers serve` with a tiny model made on the spot
	$(BIN)/python tools/real_server.py $(ARGS)

test-serve: $(VENV)/.all ## mosseval_serve and the classifier judge with tiny models, in a virtual environment of its own (torch)
	$(BIN)/python tools/serve_tests.py $(ARGS)

test-vllm: $(VENV)/.all ## real vLLM on the CPU behind the gateway, in a virtual environment of its own
	$(BIN)/python tools/vllm_server.py $(ARGS)

test-docker: $(VENV)/.all ## the images and compose.yaml on a real Docker engine; says so where there is none
	$(BIN)/python tools/docker_tests.py $(ARGS)

test-distributed: $(VENV)/.all ## a whole distributed run among containers: shards and gateways killed, merged, compared
	$(BIN)/python tools/distributed.py $(ARGS)

test-inspect: $(VENV)/.all ## `export --format inspect` by inspect_ai's own reader, viewer and converter, in an environment of its own
	$(BIN)/python tools/inspect_log.py $(ARGS)

docs: $(VENV)/.all ## the documentation as a site in site/; a dead link or a page without a place is an error
	@rm -rf site
	$(BIN)/python -m sphinx -q -W --keep-going -E -j 2 -d build/docs docs site

docs-serve: docs ## the same on http://127.0.0.1:8008
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory site 8008

screenshots: $(VENV)/.all ## the pictures of pages in docs/, by Debian's chromium
	$(BIN)/python tools/screenshots.py

lock: $(VENV)/.all ## resolve pyproject.toml anew into locks/
	$(BIN)/python tools/lock.py

clean: ## remove the virtual environments, caches and the site
	rm -rf .venv .venv-* .mypy_cache .ruff_cache .pytest_cache .hypothesis build/docs site docs/commands

$(BIN)/python:
	@echo "making $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml locks/start.txt | $(BIN)/python
	@echo "installing from locks/start.txt (about 40 s the first time)"
	@$(PIP) install --quiet --require-hashes -r locks/start.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.all: pyproject.toml locks/all.txt | $(BIN)/python
	@echo "installing from locks/all.txt (about 90 s the first time)"
	@$(PIP) install --quiet --require-hashes -r locks/all.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run
