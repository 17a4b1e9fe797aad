# The words of this repository. Each one brings up its own .venv from the lock files; make and Python 3.11 are all it
# needs, and after the first time no network either. CI says the same words.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 4242
DATA ?= .finsecure
JOBS ?= 2
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
# The stamps carry what the environment was made from, so another lock or another Python makes it anew.
KEY := $(shell (echo '$(PYTHON)'; cat requirements-server.lock requirements.lock server/pyproject.toml) | cksum | tr ' ' '-')
SERVER := $(VENV)/server-$(KEY)
DEV := $(VENV)/dev-$(KEY)
# The Python package is tested as its users have it: as a wheel, made anew whenever its source changes.
SDK_FILES := $(shell find sdk/python/src sdk/python/pyproject.toml -type f -not -path '*/__pycache__/*' 2>/dev/null | sort)
SDK := $(VENV)/sdk-$(shell cat /dev/null $(SDK_FILES) | cksum | tr ' ' '-')
NODE := sdk/node/node_modules/.package-lock.json
UV_COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command 'make lock'

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run tools test browser test-faults test-sdk test-node acceptance score cover-core cover check format generate bench lock clean

help: ## say what each word does
	@echo 'FinSecure: make WORD'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'
	@echo 'Options: PYTHON=python3.12   run: HOST= PORT= DATA=   test: JOBS=2 ARGS="-k refund"'

run: $(SERVER) ## start FinSecure on http://127.0.0.1:4242 with its data in .finsecure/
	@exec $(BIN)/finsecure-server serve --data $(DATA) --host $(HOST) --port $(PORT) $(ARGS)

tools: $(SDK) ## put the Python package and the command finsecure into .venv

test: $(SDK) browser ## run every test but the fault tests, on SQLite and on PostgreSQL
	@$(BIN)/python -m pytest -n $(JOBS) --ignore=server/tests/faults $(ARGS)

browser: ## make ready for the tests in a browser; on Debian, root gets a Chromium
	@tools/browser/prepare.sh

test-faults: $(DEV) ## kill, cut off and starve the server, and prove that no money is lost
	@$(BIN)/python -m pytest -n $(JOBS) server/tests/faults $(ARGS)

test-sdk: $(SDK) $(NODE) ## test the Python package, built and installed, against the real server
	@$(BIN)/python -m pytest -n $(JOBS) sdk/python/tests $(ARGS)

test-node: $(DEV) $(NODE) ## test the Node package against the real server
	@cd sdk/node && npm test --silent

acceptance: $(SDK) ## run the code of the help document, unchanged, against a real server
	@$(BIN)/python -m pytest --quiet acceptance/tests
	@$(BIN)/python -m acceptance $(ARGS)

score: $(DEV) ## score the search of the help center on its labelled questions, by words and by meaning
	@PYTHONPATH=.:server $(BIN)/python -m tools.search_score $(ARGS)

cover-core: $(DEV) ## measure the coverage of core by its own tests: 100 % of branches
	@rm -f .cache/cover-core*; mkdir -p .cache
	@COVERAGE_FILE=.cache/cover-core $(BIN)/coverage run -m pytest --quiet --no-summary server/tests/core
	@COVERAGE_FILE=.cache/cover-core $(BIN)/coverage combine --quiet
	@COVERAGE_FILE=.cache/cover-core $(BIN)/coverage report --include='*/finsecure_server/core/*' --fail-under=100

cover: $(SDK) browser ## measure the coverage of everything by every test: at least the floor of pyproject.toml
	@rm -f .cache/cover-all*; mkdir -p .cache
	@COVERAGE_FILE=.cache/cover-all $(BIN)/coverage run -m pytest --quiet -n $(JOBS) --ignore=server/tests/faults
	@COVERAGE_FILE=.cache/cover-all $(BIN)/coverage combine --quiet
	@COVERAGE_FILE=.cache/cover-all $(BIN)/coverage report

check: $(DEV) ## lint, formatting, types and the rules of the house
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@node sdk/node/tools/generate.js --check
	@$(BIN)/python -m pytest --quiet server/tests/test_tidy.py

format: $(DEV) ## lay out the code and sort the imports
	@$(BIN)/ruff check --select I,COM,UP --fix-only
	@$(BIN)/ruff format

generate: $(SDK) ## write the reference pages and the API contract from the code
	@PYTHONPATH=.:server $(BIN)/python -m tools.generate
	@$(BIN)/python -m tools.diagrams
	@$(BIN)/python -m tools.cli_tables
	@$(BIN)/python -m tools.help_bundle
	@cd sdk/python && ../../$(BIN)/python -m codegen && ../../$(BIN)/python -m codegen.operations
	@node sdk/node/tools/generate.js
	@$(BIN)/finsecure doctor --list --json > contract/checks.json

bench: $(SDK) ## measure speed and memory beside a peer and write bench/results/
	@PYTHONPATH=.:server $(BIN)/python -m bench.run $(ARGS)

lock: $(DEV) ## choose the newest versions anew and write both lock files
	@$(BIN)/$(UV_COMPILE) --upgrade server/pyproject.toml --extra semantic --group pyproject.toml:dev -o requirements.lock
	@$(BIN)/$(UV_COMPILE) --constraint requirements.lock server/pyproject.toml --group pyproject.toml:build -o requirements-server.lock

clean: ## remove the environment and all caches; the data in .finsecure/ stays
	@rm -rf $(VENV) .cache .hypothesis .ruff_cache server/dist sdk/python/dist sdk/node/node_modules tools/browser/node_modules
	@find server tools bench sdk/python -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

$(SERVER): | requirements-server.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"FinSecure needs Python 3.11 or newer; this is {sys.version.split()[0]}. Say: make PYTHON=python3.11 $(MAKECMDGOALS)")'
	@echo 'Making $(VENV) (once; about 10 seconds) …' >&2
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install --no-deps --require-hashes -r requirements-server.lock
	@$(PIP) install --no-deps --no-build-isolation --no-index -e server
	@touch $@

$(DEV): $(SERVER)
	@echo 'Adding the tools for tests and checks (once; about 30 seconds) …' >&2
	@$(PIP) install --no-deps --require-hashes -r requirements.lock
	@touch $@

$(SDK): $(DEV)
	@rm -rf .cache/sdk && cd sdk/python && ../../$(BIN)/hatchling build -t wheel -d ../../.cache/sdk >/dev/null
	@$(PIP) install --no-deps --no-index --force-reinstall .cache/sdk/*.whl
	@touch $@

$(NODE): sdk/node/package-lock.json
	@echo 'Adding the compiler that checks the types of the Node package (once) …' >&2
	@cd sdk/node && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@
