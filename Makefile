# Needs Python 3.11 or newer and make; everything else is put into .venv.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help demo test check audit fmt bench soak faults crash

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z ]+:.*## / {printf "%-18s %s\n", $$1, $$2}' Makefile

demo: .venv/.runtime ## everything embedded: a company, a Syncro stand-in and a page that plays Slack
	$(BIN)/duebot demo

test: .venv/.dev ## all tests
	$(BIN)/python -m pytest -n auto --dist worksteal

check: .venv/.dev ## style, types, floors, and known vulnerabilities where they can be looked up
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	@$(BIN)/python .ci/audit.py || test $$? -eq 3

audit: .venv/.dev ## known vulnerabilities of what is pinned; fails too when they can't be looked up
	$(BIN)/python .ci/audit.py

fmt: .venv/.dev ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.dev ## how fast, as tables of ratios
	$(BIN)/python -m benchmarks

faults: .venv/.dev ## every write under every failure of Syncro and every kill, with the table of how each ended
	$(BIN)/python -m pytest tests/faults -v

crash: .venv/.dev ## the bot killed for real while a write is under way, many times over
	$(BIN)/python -m pytest tests/faults/test_faults_kill.py tests/faults/test_faults_crash.py -v

soak: .venv/.dev ## simulated years with payments, disputes and outages by chance, every day of them checked
	$(BIN)/python -m soak

# One install serves both stamps: dev holds all of runtime.
.venv/.runtime: pyproject.toml constraints.txt
	$(call install,.)
	@touch $@

.venv/.dev: pyproject.toml constraints.txt
	$(call install,.[dev])
	@touch .venv/.runtime $@

define install
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "Duebot needs Python 3.11 or newer: make PYTHON=/path/to/python3.11" >&2; exit 1; }
@test -x $(BIN)/python || $(PYTHON) -m venv .venv
@if $(BIN)/python -m pip install --quiet --disable-pip-version-check uv; then \
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode -c constraints.txt -e '$(1)'; \
else \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '$(1)'; \
fi
endef
