# Needs Python ≥ 3.11 and make; brings everything else. `make` alone says what there is.

.DEFAULT_GOAL := help
.PHONY: help install demo test coverage quality bench lint format schemas docs features lock clean

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

# Which Python makes the virtual environment: `make test PYTHON=/opt/python3.12/bin/python3`; else the first that is new enough.
PYTHON ?=
CANDIDATES := $(if $(PYTHON),$(PYTHON),python3.13 python3.12 python3.11 python3.14 python3 python)
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

help:  ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(INSTALLED)  ## the command `mailcase` with all that it needs, in .venv (the others do this by themselves)

demo: $(INSTALLED)  ## the whole pipeline on this machine, with a hundred mails; stays up until Ctrl-C (ONCE=1: checks and ends)
	@$(BIN)/mailcase demo $(if $(ONCE),--once)

test: $(INSTALLED)  ## all tests, on servers that they start themselves (ARGS="tests/mail -x": only some)
	@$(BIN)/python -m pytest $(ARGS)

quality: $(INSTALLED)  ## how well mails of others are read: measure all, write docs/quality.md (ARGS="--only bounces": print one)
	@$(BIN)/python -m bench.quality $(ARGS)

coverage: $(INSTALLED)  ## branches of mail/ that its tests take, at least 95 % (half a minute)
	@$(BIN)/python -m bench.coverage $(ARGS)

bench: $(INSTALLED)  ## how fast, against a floor in the same run: write docs/benchmarks.md (ARGS="--only parse": print one)
	@$(BIN)/python -m bench $(ARGS)

lint: $(INSTALLED)  ## style, types, arrows between packages, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/mailcase schemas check
	$(BIN)/mailcase docs check
	$(BIN)/python -m tests.support.features check

format: $(INSTALLED)  ## put the code into its style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schemas: $(INSTALLED)  ## write schemas/json/ anew from the models
	$(BIN)/mailcase schemas write

docs: $(INSTALLED)  ## write the pages of docs/ anew that are made from the code
	$(BIN)/mailcase docs write

features: $(INSTALLED)  ## write docs/features.md anew from the clauses and the tests that prove them
	$(BIN)/python -m tests.support.features write

# The runtime's and the local stack's versions are those of dev.txt: what is tested is what is deployed.
COMPILE = $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --custom-compile-command "make lock" pyproject.toml

lock: UV = $(shell command -v uv || echo $(BIN)/uv)
lock: $(INSTALLED)  ## compile requirements/*.txt anew from pyproject.toml (UPGRADE=1: newest versions)
	@command -v uv >/dev/null || test -x $(BIN)/uv || $(BIN)/python -m pip install -q uv
	$(COMPILE) $(if $(UPGRADE),--upgrade) --extra local --extra dev -o requirements/dev.txt
	$(COMPILE) -c requirements/dev.txt -o requirements/runtime.txt
	$(COMPILE) -c requirements/dev.txt --extra local -o requirements/local.txt

clean:  ## stop the local stacks; delete the virtual environment, their data and all caches
	-@for stack in "$${MAILCASE_LOCAL_DIR:-.mailcase}" .mailcase/test; do \
		if [ -f "$$stack/state.json" ] && [ -x $(BIN)/mailcase ]; then $(BIN)/mailcase local down --dir "$$stack"; fi; \
	done
	rm -rf $(VENV) .mailcase .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage htmlcov \
		build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): requirements/dev.txt pyproject.toml
	@if ! $(BIN)/python -c '$(NEW_ENOUGH)' 2>/dev/null; then \
		for python in $(CANDIDATES); do \
			if "$$python" -c '$(NEW_ENOUGH)' >/dev/null 2>&1; then found="$$python"; break; fi; \
		done; \
		if [ -z "$$found" ]; then \
			echo "no Python ≥ 3.11 found (looked for: $(CANDIDATES)): install one, or name it: make PYTHON=/path/to/python3" >&2; \
			exit 1; \
		fi; \
		echo "making $(VENV) with $$found ($$("$$found" -c 'import platform; print(platform.python_version())'))"; \
		"$$found" -m venv --clear $(VENV) || { \
			echo "$$found cannot make a virtual environment (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }; \
	fi
	@echo "installing what requirements/dev.txt names (the first time: some minutes)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
