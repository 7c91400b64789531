# One command for each job. `make` alone lists them.

SHELL := /bin/bash
BIN := .venv/bin
STAMP := .venv/.installed
TEST_JOBS ?= 2
# The share of lines that the tests pass must not fall below this, in per cent (pyproject.toml says what counts).
FLOOR ?= 90
HOW ?= --quick
# The first Python on the path that is new enough; `make PYTHON=/path/to/python test` takes another.
PYTHON ?= $(shell for p in python3 python3.12 python3.13 python3.14; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && echo "$$p" && break; done)

.DEFAULT_GOAL := help
.PHONY: help install demo dashboard mechanisms test browser versions soak bench pages shipped digests tours screenshots check format pins clean

help: ## list the jobs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(STAMP) ## compare four policies on a tenth of Licang District, three years each; figure and tables in results/demo
	$(BIN)/sanfang compare before unfunded three-devolutions three-devolutions-two-refinements \
		--district licang --scale 0.1 --days 1095 --reps 5 --jobs 2 --baseline before --out results/demo

mechanisms: $(STAMP) ## make every mechanism's published result again, with ten replications (HOW= for all)
	$(BIN)/sanfang reproduce mechanisms $(HOW)

dashboard: $(STAMP) ## show a policy live in the browser, which it opens, at http://127.0.0.1:8765
	$(BIN)/sanfang dashboard

test: $(STAMP) browser ## run the whole test suite
	$(BIN)/pytest -n $(TEST_JOBS) --cov --cov-report= --cov-fail-under=$(FLOOR)

# The tests of the dashboard need a browser. Without one they are skipped, and say so.
browser:
	@if ! command -v chromium chromium-browser google-chrome >/dev/null; then \
		if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
			echo "Installing Chromium for the tests of the dashboard"; \
			{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium; } \
				>/dev/null 2>&1 || echo "NO BROWSER: Chromium could not be installed; the dashboard is not tested in one." >&2; \
		else \
			echo "NO BROWSER: install Chromium, or the dashboard is not tested in one." >&2; \
		fi; \
	fi

versions: $(STAMP) browser ## the tests with the oldest and the newest libraries that pyproject.toml allows
	.ci/versions

soak: $(STAMP) browser ## slow tests and the long campaigns, hours of them; writes docs/soak.md (SOAK="hostile --share 0.1" for one of these)
	$(if $(SOAK),,$(BIN)/pytest -m slow)
	$(BIN)/python -m soak $(SOAK)

bench: $(STAMP) ## measure speed and memory; writes benchmarks/RESULTS.md (BENCH=--quick or --full)
	$(BIN)/python -m benchmarks $(BENCH)

pages: $(STAMP) ## write the generated pages of docs/ anew
	for page in parameter_table:parameters mechanism_table:mechanisms module_table:modules; do \
		$(BIN)/python -m sanfang.report.$${page%%:*} > docs/$${page##*:}.new && mv docs/$${page##*:}.new docs/$${page##*:}.md; done
	$(BIN)/python -m sanfang.dashboard.glossary > docs/glossary.new && mv docs/glossary.new docs/glossary.md
	for page in en:lessons-guide zh:lessons-guide.zh; do \
		$(BIN)/python -m sanfang.dashboard.pages.lessons.guide $${page%%:*} > docs/guide.new && mv docs/guide.new docs/$${page##*:}.md; done

shipped: $(STAMP) ## make the example of the Results page anew, three minutes; writes results/shipped
	$(BIN)/python -m sanfang.studies.shipped

digests: $(STAMP) ## make some forty runs and compare them, bit for bit, with the recorded ones
	$(BIN)/python -m benchmarks.digests

tours: $(STAMP) ## draw the pictures of docs/architecture.md
	$(BIN)/python -m docs.tour_pictures

screenshots: $(STAMP) browser ## take the pictures of the dashboard in docs/images/dashboard
	$(BIN)/python -m docs.screenshots

check: $(STAMP) ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(STAMP) ## put the code into the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

install: $(STAMP) ## create .venv and install everything into it

pins: $(STAMP) ## write the installed versions into constraints.txt
	@{ sed -n '/^#/p' constraints.txt; \
	  $(BIN)/pip freeze --exclude-editable --exclude sanfang | grep -E '^[A-Za-z0-9_.-]+=='; } > constraints.tmp
	@mv constraints.tmp constraints.txt

clean: ## remove the environment and all caches; results stay
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	find sim tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Installed again only when the project file or the pins change.
$(STAMP): pyproject.toml constraints.txt
	@if ! $(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then \
		if [ -z "$(PYTHON)" ]; then \
			echo "Sanfang needs Python 3.12 or newer and found none: $$(python3 --version 2>&1 | head -n 1)." >&2; \
			echo "Install one, or say where it is: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; \
			exit 1; \
		fi; \
		echo "Creating .venv with $$($(PYTHON) --version)"; \
		$(PYTHON) -m venv --clear .venv; \
	fi
	@echo "Installing sanfang and what it needs into .venv"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
