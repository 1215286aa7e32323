# `make demo` and `make test` do all the set-up that a fresh Debian or Ubuntu machine needs.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,$(shell $(name) -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))" 2>/dev/null && command -v $(name))) python3)
VENV := .venv
BIN := $(VENV)/bin
export PYTHONUNBUFFERED := 1

.PHONY: demo test test-all lint types layers unit soak soak-hour load cameras sources fuzz bench performance tuning flame weights figures light-figures clean setup-app setup-dev setup-docs \
	lock upgrade test-latest coverage docs release deb hooks

demo: setup-app
	@$(BIN)/python tools/demo.py

test: setup-dev
	@$(MAKE) --no-print-directory lint types layers coverage

test-all: setup-dev
	$(BIN)/python -m pytest -m "slow or not slow"

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

layers:
	$(BIN)/lint-imports

unit:
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -m "not slow" -n 2 --dist loadfile

# `make unit` with the line coverage of the packages that decide and that keep recordings; fails where one is below
# 95 %. Measuring these three costs a twelfth of the time; `make coverage COVER=--cov` measures everything.
COVER ?= --cov=fasdemo/engine --cov=fasdemo/sessions --cov=fasdemo/models
coverage: setup-dev
	COVERAGE_CORE=$$($(BIN)/python -c "import sys; print('sysmon' if sys.version_info >= (3, 12) else 'ctrace')") \
		COVERAGE_FILE=$(VENV)/coverage QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -m "not slow" -n 2 --dist loadfile \
		$(COVER) --cov-report= --cov-report=json:$(VENV)/coverage.json
	@$(BIN)/python tools/coverage_floor.py $(VENV)/coverage.json

# The site in site/: fails on a broken link and on a public name without documentation.
docs: setup-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

# The sdist and the wheel made from it, in dist/; the wheel is tried in an empty environment.
release: setup-dev
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist
	$(BIN)/python tools/try_wheel.py dist

# A Debian package for this machine's Python and architecture, in dist/.
deb: setup-dev
	$(BIN)/python tools/deb.py dist

hooks: setup-dev
	$(BIN)/pre-commit install --hook-type pre-commit --hook-type pre-push

# The demo session in a loop at 30 frames a second: nothing may grow, no verdict may be lost. The hour is for the night.
soak: setup-app
	$(BIN)/python tools/performance/soak.py --minutes 10

soak-hour: setup-app
	$(BIN)/python tools/performance/soak.py --minutes 60

# Every reader for FUZZ_SECONDS along its coverage, FUZZ_EXAMPLES of each property, and FUZZ_SCHEDULES of several tools at
# once on one folder of sessions, some of them killed; `make test` runs a short version.
FUZZ_SECONDS ?= 120
FUZZ_EXAMPLES ?= 2000
FUZZ_SCHEDULES ?= 500
fuzz: setup-dev
	$(BIN)/python -m tests.fuzz.coverage_guided --seconds $(FUZZ_SECONDS) --corpus .work/fuzz
	$(BIN)/python -m tests.fuzz.tool_schedules --schedules $(FUZZ_SCHEDULES) --first 1000
	FASDEMO_FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) $(BIN)/python -m pytest tests/fuzz -m "slow or not slow" --timeout=7200 -n 2

# Requests a second and p99 of `fasdemo serve` on the loopback; fails if an answer is another client's or is lost.
load: setup-dev
	$(BIN)/python benchmarks/bench_serve.py

# Four cameras in one process for ten minutes: rates, processor time, memory.
cameras: setup-app
	$(BIN)/python tools/performance/several_cameras.py

# Sources of many kinds, one after the other in one window: its memory after each.
sources: setup-app
	$(BIN)/python -m tools.performance.many_sources

bench: setup-app
	$(BIN)/fasdemo bench

# Five minutes on a quiet machine; writes docs/performance.md.
performance: setup-dev
	$(BIN)/python tools/performance/performance.py

# The tuning window on 200 sessions: time to score, to show again, to follow a threshold, delays of the window, memory.
# FOLDER= keeps the sessions, or uses those in it.
SESSIONS ?= 200
tuning: setup-dev
	$(BIN)/python tools/performance/tuning.py --sessions $(SESSIONS) $(if $(FOLDER),--folder $(FOLDER))

# A flame graph of the headless run on the demo session, native code included, in .work/flame.svg.
flame: setup-dev
	mkdir -p .work
	$(BIN)/py-spy record --native --threads --rate 250 --output .work/flame.svg -- $(BIN)/python -m fasdemo.cli --demo --headless --json .work/flame.json

# Hours on two cores; PORTRAITS and HEADS as docs/synth.md says.
weights: setup-dev
	tools/weights.sh

figures: setup-dev
	$(BIN)/python -m tools.measure.networks.model_figures
	$(BIN)/python -m tools.measure.verdict_figures

# False accepts and rejects of the light challenge, for docs/challenges.md: two seconds a trial, eight trials a person and lux.
light-figures: setup-dev
	$(BIN)/python -m tools.measure.challenges.light $(addprefix --portraits ,$(PORTRAITS)) $(addprefix --heads ,$(HEADS)) \
		--first 10 --people 36 --lux 50 150 300

# The locked versions in requirements/: `lock` changes only what pyproject.toml forces, `upgrade` takes the newest.
lock: setup-dev
	@$(BIN)/python tools/lock.py

upgrade: setup-dev
	@$(BIN)/python tools/lock.py --upgrade | tee $(VENV)/upgraded.txt
	@$(MAKE) --no-print-directory test || { echo "upgrade: tests failed; go back with \`git checkout requirements && make setup-dev\`" >&2; exit 1; }
	@cat $(VENV)/upgraded.txt

# The newest allowed versions in a folder of their own, beside the locked ones.
test-latest: setup-dev
	$(PYTHON) -m venv --clear .venv-latest
	.venv-latest/bin/python -m pip install --quiet --disable-pip-version-check --upgrade --editable ".[dev]"
	@$(MAKE) --no-print-directory unit VENV=.venv-latest

setup-app:
	@PYTHON="$(PYTHON)" tools/setup.sh app

setup-dev:
	@PYTHON="$(PYTHON)" tools/setup.sh dev

setup-docs:
	@PYTHON="$(PYTHON)" tools/setup.sh docs

clean:
	rm -rf $(VENV) .venv-latest .pytest_cache .mypy_cache .ruff_cache build dist
