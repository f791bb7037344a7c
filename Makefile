# What can be asked of this repository. `make help` lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo up test others compose-test lint types protos bench faults release setup setup-dev requirements clean
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
# The commit whose wire contract others build on, so that it must not break: the last release, or before the first one main.
PROMISED = $(shell for base in $$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null) origin/main; do \
	git rev-parse --verify --quiet "$$base:protos" >/dev/null && git rev-parse "$$base^{commit}" && break; done)
# What could differ from Python to Python and needs no server.
ON_EVERY_PYTHON := tests/unit tests/policies tests/architecture/test_imports.py

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

demo: setup ## play every case under examples/ through the running suite
	@exec $(BIN)/sevensteps demo

up: setup ## keep the suite running until Ctrl-C
	@exec $(BIN)/sevensteps up

test: lint ## every check and every test
	@$(BIN)/pytest -n 2 --dist loadfile
	@PYTHONPATH=.:tests $(BIN)/python -m compose --after-tests
	@$(MAKE) others

others: setup-dev ## unit, policy and import checks on every other Python from 3.11 to 3.14 that is found
	@environments=$$(requirements/install.sh others); \
	for environment in $$environments; do \
		echo "Unit, policy and import checks on $$($$environment/bin/python --version) ..."; \
		$$environment/bin/python -m pytest -q -n 2 --dist loadfile $(ON_EVERY_PYTHON); \
	done

compose-test: setup-dev ## bring docker-compose.yml up with podman, play cases through it, take it down
	@PYTHONPATH=.:tests exec $(BIN)/python -m compose

lint: setup-dev types ## style, types, imports between the parts, compose file, wire contract
	@echo "Style ..."
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --quiet --check
	@echo "Imports ..."
	@said=$$($(BIN)/lint-imports --no-cache --no-logo) || { echo "$$said"; exit 1; }
	@echo "Compose file ..."
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml
	@echo "Wire contract ..."
	@protos/check.sh $(PROMISED)

types: setup-dev ## types alone
	@echo "Types ..."
	@$(BIN)/mypy --no-error-summary

protos: setup-dev ## generate sevensteps/api from protos/
	@protos/generate.sh

bench: setup-dev ## measure
	@PYTHONPATH=.:tests exec $(BIN)/python -m bench

faults: setup-dev ## hurt a whole suite by a schedule made from a seed, and look whether it holds; FAULTS="--seed 7 --minutes 2"
	@PYTHONPATH=.:tests exec $(BIN)/python -m faults $(FAULTS)

release: setup-dev ## what a release publishes, in dist/; the commit has its tag
	@exec deploy/release.sh

setup: ## .venv, a Temporal server and the files by which the console looks, once
	@requirements/install.sh run
	@$(BIN)/sevensteps fetch >/dev/null
	@$(BIN)/python -m console.assets

setup-dev: setup ## the same with everything that checks the suite
	@requirements/install.sh dev
	@$(BIN)/python tests/servers/programs.py

requirements: setup-dev ## pin anew what requirements/*.in ask for
	@cd requirements && for file in build run test dev release; do \
		UV_CUSTOM_COMPILE_COMMAND="make requirements" ../$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes $$file.in -o $$file.txt; \
	done

clean: ## remove .venv and what tools left behind
	@rm -rf .venv .venvs build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
