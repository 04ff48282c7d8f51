# Every target works in a fresh clone: what it needs is installed into .venv first.
#   make PYTHON=python3.12 test    another Python, 3.11 or later
#   make INSTALLER=uv test         install with uv (default: pip; uv where PIP_FIND_LINKS is set)
#   make test ARGS="-k ece -x"     options for pytest
#   make test CALIBRANT_LONG=1     more killed runs and broken files, the check of every loss,
#                                  every law of metrics on every form of rows, types of every call
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
INSTALLER ?= $(if $(PIP_FIND_LINKS),uv,pip)
WORKERS ?= 2
ARGS ?=
BIN := .venv/bin
# A folder of wheels that pip is told of holds for uv too.
UV := UV_FIND_LINKS="$(PIP_FIND_LINKS)" $(BIN)/uv pip --quiet
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
INSTALL := $(if $(filter uv,$(INSTALLER)),$(UV) install --python $(BIN)/python,$(PIP) install)
# Threads that wait asleep, and one for each worker of pytest: the processes share the cores.
TEST_ENV := OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE

# Tests start hundreds of processes; without bytecode each would compile torch anew, in seconds.
export PYTHONDONTWRITEBYTECODE :=

# What the kernel is compiled from; without a C compiler the installation goes on without it.
KERNEL := hatch_build.py $(wildcard src/calibrant/kernel/*.[ch])

# Benchmarks beside peers that are no part of the lock, and have an environment of their own.
BENCH_OF_PEERS := benchmarks/metrics_speed.py benchmarks/calibrators_speed.py

.PHONY: help
help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: .venv/runtime  ## Generated retail data to a report in runs/demo: train, calibrate, measure
	$(BIN)/calibrant demo --out runs/demo --force

.PHONY: test
test: .venv/complete  ## Tests and doctests
	$(TEST_ENV) $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

.PHONY: check
check: style types layers docs test  ## All that CI asks for: the next four, then the tests

.PHONY: style
style: .venv/complete  ## Ruff: rules and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

.PHONY: types
types: .venv/complete  ## Basedpyright, strict, on src
	$(BIN)/basedpyright

.PHONY: layers
layers: .venv/complete  ## Import-linter: imports point down only
	$(BIN)/lint-imports --no-logo

.PHONY: docs
docs: .venv/complete  ## Documentation into site/, every warning an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

.PHONY: bench
bench: .venv/complete .venv-peers/complete  ## Speed and memory beside other libraries, as ratios
	@set -e; for script in $(filter-out $(BENCH_OF_PEERS),$(wildcard benchmarks/*_speed.py)) \
	  benchmarks/*_memory.py benchmarks/losses.py; do \
	  echo "== $$script"; OMP_WAIT_POLICY=PASSIVE $(BIN)/python "$$script"; done
	@set -e; for script in $(BENCH_OF_PEERS); do \
	  echo "== $$script"; OMP_WAIT_POLICY=PASSIVE .venv-peers/bin/python "$$script"; done

.PHONY: coverage
coverage: .venv/complete  ## Do intervals cover? Simulated; hours, goes on where it stopped (ARGS=--quick: minutes)
	OMP_WAIT_POLICY=PASSIVE $(BIN)/python -m benchmarks.coverage $(ARGS)

.PHONY: coverage-peers
coverage-peers: .venv-peers/complete  ## The same of other libraries (ARGS="--runs 50")
	OMP_WAIT_POLICY=PASSIVE .venv-peers/bin/python -m benchmarks.coverage.peers $(ARGS)

.PHONY: coverage-comparisons
coverage-comparisons: .venv/complete  ## False alarms and power of cal.compare, simulated
	OMP_WAIT_POLICY=PASSIVE $(BIN)/python -m benchmarks.coverage.comparisons $(ARGS)

.PHONY: calibrators
calibrators: .venv-peers/complete  ## Calibrators on published networks, beside peers (DATA=folder)
	OMP_WAIT_POLICY=PASSIVE .venv-peers/bin/python -m benchmarks.calibrators_networks $(DATA) \
	  --out runs/calibrators-networks.json $(ARGS)

.PHONY: side-by-side
side-by-side: .venv-peers/complete  ## Pictures of the same predictions by five libraries, for the docs
	.venv-peers/bin/python benchmarks/side_by_side.py

# Node and npm are asked for by nothing else; what it writes is committed.
.PHONY: bundle
bundle:  ## The charts' library in one file, from the versions in bundle/package-lock.json
	cd bundle && npm ci --silent && npm run --silent build

.PHONY: format
format: .venv/complete  ## Let ruff mend rules and format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# The lock holds on every machine: torch without its build, whose CUDA packages come along with it.
.PHONY: lock
lock: .venv/complete  ## Resolve pyproject.toml into requirements.lock (UPGRADE=1: newest versions)
	$(INSTALL) uv
	UV_FIND_LINKS="$(PIP_FIND_LINKS)" $(BIN)/uv pip compile --quiet pyproject.toml --extra dev \
	  --custom-compile-command "make lock" --annotation-style line --no-emit-index-url \
	  $(if $(UPGRADE),--upgrade) --output-file requirements.lock
	sed -E -i.old -e 's/^(torch==[^+ ]+)\+[a-z0-9]+/\1/' -e '/^(cuda-|nvidia-|triton==)/d' \
	  requirements.lock && rm requirements.lock.old

.PHONY: clean
clean:  ## Remove what was built, .venv and runs/ too
	rm -rf .venv .venv-peers runs site build dist src/calibrant/kernel/_kernel.* .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The last thing that creating an environment writes, so that a broken one is made again.
.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo 'calibrant needs Python 3.11 or later; "$(PYTHON)" is not.' \
	    'Name one: make PYTHON=python3.12 ...' >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(if $(filter uv,$(INSTALLER)),$(PIP) install uv)

# What users get: the package and what it needs, in the versions of the lock.
.venv/runtime: .venv/bin/pip pyproject.toml requirements.lock $(KERNEL)
	$(INSTALL) --constraint requirements.lock --editable .
	@touch $@

# What developers get: the whole lock.
.venv/complete: .venv/bin/pip pyproject.toml requirements.lock $(KERNEL)
	$(INSTALL) --requirement requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch .venv/runtime $@

# The peers of the metrics beside the package, whose own needs keep the versions of the lock.
.venv-peers/complete: pyproject.toml requirements.lock $(KERNEL)
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip --quiet --disable-pip-version-check install \
	  --constraint requirements.lock --editable ".[bench-metrics,bench-coverage,bench-calibrators]"
	@touch $@
