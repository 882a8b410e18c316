# Everything that a person or a machine does with the project. A fresh machine needs python3 (3.11 to 3.13) and make.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO_CONFIG := .demo/storyline.toml
DBT := $(BIN)/dbt --quiet --no-send-anonymous-usage-stats
DBT_PATHS := --project-dir dbt --profiles-dir dbt --target-path target
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --no-annotate $(UPGRADE)
PYTEST := $(BIN)/pytest

.PHONY: help setup demo demo-serve app test test-heavy benchmark check new-source docs schemas unleash lock clean

help: ## say what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## make the environment in .venv, from the hashed locks

# uv reads no settings of pip. Where only pip knows the way to an index, pip installs the same hashed lock, more slowly.
$(READY): requirements.lock requirements-bootstrap.lock pyproject.toml
	@python=; for candidate in python3.13 python3.12 python3.11 python3; do \
		if "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
			>/dev/null 2>&1; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Storyline needs Python 3.11, 3.12 or 3.13 with its venv module (on Debian: python3 and python3-venv)." >&2; \
		exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$python; the first time takes a few minutes."; \
	"$$python" -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-bootstrap.lock
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock \
		|| { echo "uv could not install; trying with pip, which has settings of its own."; \
			$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes \
				-r requirements.lock; }
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## run the nightly job on a company whose vendors are played here, and say how to open the report
	@$(BIN)/python -m pipelines.demo run $(DEMO_CONFIG)
	@echo "The demo's figures are published. Open the report with: make app"

demo-serve: demo ## the demo, with its vendors, its report and Dagster's page up until Ctrl-C
	@$(BIN)/python -m pipelines.demo serve $(DEMO_CONFIG)

app: $(READY) ## open the report (your own; the demo's while there is no storyline.toml)
	@STORYLINE_CONFIG=$${STORYLINE_CONFIG:-$$(test -e storyline.toml || test ! -e $(DEMO_CONFIG) \
		&& echo storyline.toml || echo $(DEMO_CONFIG))} $(BIN)/storyline app

# The tests start some thousand interpreters. Where a machine says to keep no bytecode, each would compile the project.
test test-heavy: export PYTHONDONTWRITEBYTECODE =

test: $(READY) ## run the tests, but for the heavy ones
	@$(PYTEST) -q -n 3 --dist loadscope --no-loadscope-reorder -m "not heavy and not benchmark"

test-heavy: $(READY) ## run the long ones: kills, real servers, real browsers, whole nights
	@$(PYTEST) -q -n 3 --dist loadscope --no-loadscope-reorder -m heavy

benchmark: $(READY) ## measure the ratios that docs/performance.md tells
	@$(PYTEST) -q -s -m benchmark

check: $(READY) ## the whole gate: format, lint, types, SQL style, dbt project rules, tests
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --nocolor --disable-progress-bar dbt/models dbt/data_tests
	@$(DBT) parse $(DBT_PATHS)
	@$(BIN)/dbt-bouncer run --config-file dbt-bouncer.yml
	@$(MAKE) test

new-source: $(READY) ## begin the folder of another source: make new-source NAME=x
	@test -n "$(NAME)" || { echo "Name it: make new-source NAME=my_tracker" >&2; exit 2; }
	@$(BIN)/python -m pipelines.new_source "$(NAME)"

docs: $(READY) ## write the generated parts of docs/ again
	@$(BIN)/python -m pipelines.docs

schemas: .schemas/.ready ## fetch GitHub's own descriptions of its APIs from the npm registry, for the tests

.schemas/.ready: tests/contracts/schemas.sha256
	@command -v npm >/dev/null || { echo "GitHub's descriptions come from the npm registry; install npm." >&2; exit 1; }
	@mkdir -p .schemas && cd .schemas && npm pack --silent @octokit/openapi@23.0.2 @octokit/graphql-schema@15.26.1 >/dev/null
	@cd .schemas && tar -xzf octokit-openapi-*.tgz --strip-components=2 package/generated/api.github.com.json
	@cd .schemas && tar -xzf octokit-graphql-schema-*.tgz --strip-components=1 package/schema.graphql
	@cd .schemas && rm -f ./*.tgz && sha256sum --check --quiet ../tests/contracts/schemas.sha256
	@touch $@

unleash: .unleash/.ready ## fetch a real Unleash server from the npm registry, for the heavy tests

.unleash/.ready: tests/contracts/unleash/package.json tests/contracts/unleash/package-lock.json
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null && command -v npm >/dev/null \
		|| { echo "The Unleash server needs Node.js 20 or newer, and npm." >&2; exit 1; }
	@mkdir -p .unleash && cp tests/contracts/unleash/package*.json .unleash/
	@cd .unleash && npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

lock: $(READY) ## resolve the dependencies again into both locks
	@$(LOCK) --extra dev pyproject.toml -o requirements.lock
	@grep -o '^uv==[^ ]*' requirements.lock | $(LOCK) - -o requirements-bootstrap.lock

clean: ## remove the environment, the demo and every cache; your own data stays
	@rm -rf $(VENV) .demo dbt/target dbt/logs logs .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
