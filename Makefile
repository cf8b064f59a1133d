# The only requirement is Python 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Cache compiled modules, instead of compiling them in every process.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: serve test lint docs dist bench bench-scale bench-peers bench-publish soak crash cluster clean

# `make serve PORT=8000` serves on another port. A PORT in the environment is ignored: it belongs to other software.
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

# Build the wheel and the sdist, reproducibly for each commit. `twine upload dist/*` publishes them.
dist: $(VENV)/test
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --editable '.[publish]'
	rm -rf dist
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build
	$(BIN)/twine check --strict dist/*

# BENCH_SECONDS and BENCH_ROUNDS set the duration; BENCH_RECORDS and BENCH_STORED set the scale.
bench: $(VENV)/test
	$(BIN)/python -m benchmarks rates
	$(BIN)/python -m benchmarks variety
	$(BIN)/python -m benchmarks storing
	$(BIN)/python -m benchmarks latency

bench-scale: $(VENV)/test
	$(BIN)/python -m benchmarks scaling

# Install the servers that the emulator is compared with. `make bench` lists those that are missing.
bench-peers: $(VENV)/test
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --editable '.[bench]'
	npm install --prefix benchmarks --no-package-lock --no-audit --no-fund --loglevel error

bench-publish: $(VENV)/test
	$(BIN)/python -m benchmarks publish

# CRASH_KILLS, CRASH_SPACES and CRASH_SEED set the number of kills and spaces, and the seed; CRASH_SYNC=full syncs the disk.
# CRASH_DISKS sets how often a small disk is filled afterwards.
crash: $(VENV)/test
	$(BIN)/python -m crash

# CLUSTER_SECONDS makes it longer, CLUSTER_SEED another one. It needs PostgreSQL (apt-get install postgresql).
cluster: $(VENV)/test
	$(BIN)/python -m cluster

# SOAK_ROUNDS, SOAK_SECONDS and SOAK_CLIENTS set the duration and the load.
soak: $(VENV)/test
	$(BIN)/python -m soak

# Check the version first: pip would refuse the package later, and the next `make` would use the same environment.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo 'Python 3.11 or newer is needed, and $(PYTHON) is not that: name one, such as: make serve PYTHON=python3.12' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/serve: $(BIN)/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --editable .
	touch $@

$(VENV)/test: $(BIN)/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --editable '.[test]'
	touch $@ $(VENV)/serve

clean:
	rm -rf $(VENV)
