# Python 3.11 or newer is all that a machine must have.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Modules are compiled when they are first imported, and not once more in every process.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: serve test lint docs dist bench bench-scale bench-peers bench-publish soak crash clean

# `make serve PORT=8000` serves on another port. A PORT in the environment, which is somebody else's, does not.
serve: $(VENV)/serve
	exec $(BIN)/carbon-emulator serve $(if $(filter command,$(origin PORT)),--port $(PORT))

test: $(VENV)/test lint
	$(BIN)/pytest -n auto --dist worksteal

lint: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy emulator fixtures/scenarios

docs: $(VENV)/test
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --editable '.[docs]'
	$(BIN)/mkdocs build --strict

# The wheel and the sdist, the same bytes for the same commit. `twine upload dist/*` publishes them.
dist: $(VENV)/test
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --editable '.[publish]'
	rm -rf dist
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build
	$(BIN)/twine check --strict dist/*

# BENCH_SECONDS and BENCH_ROUNDS make it longer; BENCH_RECORDS makes the scale smaller or larger.
bench: $(VENV)/test
	$(BIN)/python -m benchmarks rates

bench-scale: $(VENV)/test
	$(BIN)/python -m benchmarks scaling

# Those that the emulator is measured beside. Without them, `make bench` says who is left out.
bench-peers: $(VENV)/test
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --editable '.[bench]'
	npm install --prefix benchmarks --no-package-lock --no-audit --no-fund --loglevel error

bench-publish: $(VENV)/test
	$(BIN)/python -m benchmarks publish

# CRASH_KILLS and CRASH_SPACES make it longer or wider, CRASH_SEED another one; CRASH_SYNC=full waits for the disk.
crash: $(VENV)/test
	$(BIN)/python -m crash

# SOAK_ROUNDS, SOAK_SECONDS and SOAK_CLIENTS make it longer or harder.
soak: $(VENV)/test
	$(BIN)/python -m soak

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/serve: $(BIN)/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --editable .
	touch $@

$(VENV)/test: $(BIN)/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --editable '.[test]'
	touch $@ $(VENV)/serve

clean:
	rm -rf $(VENV)
