# gongkai-kit. On a fresh machine `make reports` and `make test` set themselves up.

PYTHON ?= python3
AGENCY ?= xixia-justice
YEAR ?= 2017
BIN := .venv/bin
READY := .venv/ready
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: reports test truth lint lowest lab lock bench pictures clean

reports: $(READY)  ## build every report of params/ into outputs/
	$(BIN)/gongkai build

test: $(READY)  ## run every test
	$(BIN)/python -m pytest -n auto

truth: $(READY)  ## how many of the problems in tests/truth/ the checks find, and how often they are wrong
	$(BIN)/python tests/truth/measure.py

lint: $(READY)  ## style and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

lowest: $(READY)  ## build every report with the oldest versions that pyproject.toml allows
	.ci/lowest

lab: $(READY)  ## open a copy of the template in JupyterLab: make lab AGENCY=… YEAR=…
	$(BIN)/gongkai lab $(AGENCY) $(YEAR)

lock: $(READY)  ## choose new versions; names versions and hashes, no addresses
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras \
		--generate-hashes --no-header --upgrade pyproject.toml -o requirements.lock

bench: $(READY)  ## measure how fast reports are built, beside other ways; writes docs/benchmarks.md
	rm -rf .bench
	$(PIP) --require-hashes --no-deps --target .bench -r docs/benchmarks/requirements.lock
	$(BIN)/python docs/benchmarks/measure.py

pictures: reports  ## take the pictures of the README from the built report, with Chromium
	$(BIN)/python docs/pictures/take.py

clean:  ## remove what was built; the parameters stay
	rm -rf outputs/* .venv .bench .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(READY): requirements.lock pyproject.toml
	@echo "Setting up .venv: installing what requirements.lock names; on a fresh machine this takes minutes"
	$(PYTHON) -m venv .venv
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $(READY)
