# All set-up on a fresh machine with Python 3.11, pip and make.
PYTHON ?= python3.11
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test browser check format bench clean

help:
	@echo "make demo    install into .venv and run the main job on real photographs"
	@echo "make test    install what tests need and run them all"
	@echo "make check   lint, types, layers"
	@echo "make bench   measure speed, memory, size and accuracy"

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.demo: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[demo]'
	@touch $@

.venv/.dev: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[dev]'
	@touch $@ .venv/.demo

demo: .venv/.demo
	$(BIN)/fieldguide --workspace demo-workspace demo

test: .venv/.dev browser
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

# The browser tests use the Chromium that is there; as root on Debian one is installed.
browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	&& apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } \
	|| echo "There is no Chromium; the browser tests are skipped. On Debian: apt install chromium"

check: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.dev
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv demo-workspace build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
