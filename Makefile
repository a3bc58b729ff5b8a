# gongkai-kit. `make help` lists the targets. Each one sets up what it needs, also on a fresh machine.

PYTHON ?= python3
AGENCY ?= xixia-justice
YEAR ?= 2017
BIN := .venv/bin
READY := .venv/ready
DEV := .venv/ready-dev
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Bytecode is compiled when a module is first imported; most modules never are.
LOCKED := $(PIP) --no-compile --require-hashes

# Each worker begins with a stretch of files, so that few fixtures are made twice, and helps the others
# when it is done.
TESTS := pytest -n auto --dist worksteal
PYTEST := $(BIN)/python -m $(TESTS)

.PHONY: reports help truth check test slow coverage approve lint hooks dev lowest lab lock map bench pace words schema pictures clean

reports: $(READY)  ## build every report of params/ into outputs/
	$(BIN)/gongkai build

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

truth: $(DEV)  ## how many of the problems in tests/truth/ the checks find, and how often they are wrong
	$(BIN)/python tests/truth/measure.py

check: $(DEV)  ## style, types, and the tests that need no browser and few processes: under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(PYTEST) -m "not slow"

test: $(DEV)  ## run every test
	$(PYTEST)

slow: $(DEV)  ## run the tests that make check leaves out
	$(PYTEST) -m slow

coverage: $(DEV)  ## run the tests of make check, and print which branches they leave out
	rm -rf .coverage && mkdir .coverage
	$(BIN)/coverage run -m $(TESTS) -m "not slow"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

approve: $(DEV)  ## write down that pages, copies, messages and imports are as they should be
	GONGKAI_APPROVE=1 $(PYTEST) tests/test_approved*.py
	git diff --stat tests/approved

lint: $(DEV)  ## style, types, imports, YAML and the Containerfile
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/yamllint --strict .
	$(BIN)/hadolint Containerfile
	$(BIN)/nbstripout --keep-id --verify notebooks/*.ipynb

hooks: $(DEV)  ## check style and messages at each commit, from now on
	$(BIN)/pre-commit install

dev: $(DEV)  ## install all tools, and what gongkai export --to pdf, lab and --scheduler need

lowest: $(DEV)  ## build every report with the oldest versions that pyproject.toml allows
	.ci/lowest

lab: $(DEV)  ## open a copy of the template in JupyterLab: make lab AGENCY=… YEAR=…
	$(BIN)/gongkai lab $(AGENCY) $(YEAR)

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --group build \
	--generate-hashes --no-header --upgrade pyproject.toml
lock: $(DEV)  ## choose new versions; names versions and hashes, no addresses
	$(COMPILE) -o requirements.lock
	$(COMPILE) --all-extras --constraint requirements.lock -o requirements-dev.lock

map: $(DEV)  ## draw the packages in docs/architecture.md from the imports
	$(BIN)/python docs/draw_map.py

bench: $(DEV)  ## measure how fast reports are built, beside other ways; writes docs/benchmarks.md
	rm -rf .bench
	$(PIP) --require-hashes --no-deps --target .bench -r docs/benchmarks/requirements.lock
	$(BIN)/python docs/benchmarks/measure.py

pace: $(DEV)  ## measure once how fast reports are built, and print it beside docs/benchmarks/result.json
	$(BIN)/python docs/benchmarks/measure.py --quick .pace.json

words: $(DEV)  ## make the word lists of kit/gongkai/forms/language/ again, with jieba and pypinyin
	rm -rf .words
	$(PIP) --require-hashes --no-deps --target .words -r docs/language/requirements.lock
	PYTHONPATH=.words $(BIN)/python docs/language/make_lists.py

schema: $(READY)  ## write the JSON Schema of manifests into docs/
	$(BIN)/python -m gongkai.manifest > docs/manifest.schema.json

pictures: $(DEV) reports  ## take the pictures of the README from the built report, with Chromium
	$(BIN)/python docs/pictures/take.py

clean:  ## remove what was built; the parameters stay
	rm -rf outputs/* .venv .bench .words .coverage .mypy_cache .import_linter_cache .pytest_cache .ruff_cache .hypothesis

$(READY): requirements.lock pyproject.toml
	@echo "Setting up .venv: downloading and installing what requirements.lock names (320 MB); this takes about a minute"
	@$(PYTHON) -m venv .venv
	@$(LOCKED) -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $(READY)
	@echo "Setting up .venv: done"

$(DEV): $(READY) requirements-dev.lock
	@echo "Setting up .venv for development: adding what requirements-dev.lock names (400 MB); this takes about a minute"
	@$(LOCKED) -r requirements-dev.lock
	@touch $(DEV)
	@echo "Setting up .venv for development: done"
