# Python 3.11 or newer is all that a machine must have.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Modules are compiled when they are first imported, and not once more in every process.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: serve test lint clean

serve: $(VENV)/serve
	exec $(BIN)/carbon-emulator serve

test: $(VENV)/test lint
	$(BIN)/pytest -n auto --dist worksteal

lint: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy emulator

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
