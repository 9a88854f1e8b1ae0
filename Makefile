# Two commands do everything on a fresh clone, each alone: make run, make test.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEV := $(VENV)/.dev
DOCS := latex2mathml myst-nb pydata-sphinx-theme sphinx-copybutton
BUILT_FROM := pyproject.toml CMakeLists.txt constraints.txt $(wildcard src/nodescope/arithmetic/*.[ch])
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help run cluster test test-long test-trust test-inside test-outside test-apart mutants check check-verdicts frontend check-frontend picture goldens said format sanitize
.PHONY: check-grades bench bench-quick bench-page bench-view bench-observe bench-fit bench-large clean docs

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): $(BUILT_FROM) | $(BIN)/python
	@echo "Installing nodescope into $(VENV): NumPy, pyarrow and smaller ones, and the C core is compiled. It takes about a minute."
	PIP_CONSTRAINT=constraints.txt $(PIP) --editable .
	@touch $@

$(DEV): $(INSTALLED)
	@echo "Installing what tests and checks need, once: PyTorch, scikit-learn, JupyterLab, Playwright and smaller ones. It takes minutes."
	$(PIP) accelerate anywidget coverage cryptography dask distributed hypothesis import-linter jupyterlab keras latex2mathml lightning matplotlib mpmath mypy numpydoc onnx onnxruntime pandas playwright polars pytest pytest-timeout ruff scikit-learn skorch statsmodels torch transformers
	@touch $@

run: $(INSTALLED)  ## the node that started it all, then a fit of real penguins
	@$(BIN)/nodescope run --full examples/sticks.toml
	@$(BIN)/nodescope run --full examples/penguins.toml

cluster: $(DEV)  ## a scheduler and two workers, on loopback only, and an example on them
	$(BIN)/python examples/on_a_cluster.py

check-verdicts: $(DEV)  ## how often verdicts are right, as a table
	$(BIN)/python tests/verdicts/check.py

check-grades: $(DEV)  ## how often homework is called by its right name, as a table (an hour; GRADED=5 nodes of each kind: minutes)
	$(BIN)/python tests/homework/check.py $(or $(GRADED),200)

test: $(DEV)  ## all tests on the compiled core, and those of the engine on plain Python too
	@echo "Tests run in three parts at the same time; two of them are shown when they are done. It takes minutes."
	@$(MAKE) --no-print-directory --jobs=3 --keep-going test-inside test-outside test-apart

test-long:  ## the same with ten times as many random cases
	@NODESCOPE_TESTS=long $(MAKE) --no-print-directory test

# What is promised of files, bad input and the local page; docs/reference/promises.md has what came of it.
TRUST := tests/run/test_faults.py tests/run/test_kills_and_flips.py tests/edge tests/cli/test_ctrl_c_at_the_start.py \
  tests/cli/test_rubbish.py tests/cli/test_runs.py tests/hosts tests/browser/test_page.py tests/run/test_at_once.py \
  tests/run/test_small_disks.py tests/run/test_what_is_kept.py tests/run/test_logs.py tests/run/test_lock.py \
  tests/run/test_damaged_files.py tests/diagnosis/test_sweep.py \
  tests/diagnosis/test_sweeps_killed_and_damaged.py tests/diagnosis/test_sweeps_elsewhere.py tests/arithmetic/test_core_version.py \
  tests/arithmetic/test_not_ieee.py tests/arithmetic/test_width.py tests/data/test_quirks.py tests/data/test_wide_tables.py

test-trust: $(DEV)  ## all that is promised of files, bad input and the local page, each as long as it goes (hours; prints what was tried)
	NODESCOPE_TESTS=long NODESCOPE_ENGINE=compiled $(BIN)/python -m pytest -rP $(TRUST)

# What goes through a browser, or through the local page; what makes many whole trainings. Each part is as much work as another.
OUTSIDE := tests/browser tests/edge tests/examples tests/hosts
APART := tests/frameworks tests/run tests/verdicts

# What looks at the documentation that `make docs` built; that runs it.
SITE := tests/browser/test_site.py tests/browser/test_links.py

COMPILED := NODESCOPE_ENGINE=compiled $(BIN)/python -m pytest
# Two parts write what they say into a file, which is shown as one.
SHOWN = >build/$@.txt 2>&1; passed=$$?; cat build/$@.txt; exit $$passed

test-inside: $(DEV)
	$(COMPILED) $(OUTSIDE:%=--ignore=%) $(APART:%=--ignore=%)

test-outside: $(DEV)
	@mkdir -p build
	@$(COMPILED) $(OUTSIDE) $(SITE:%=--ignore=%) $(SHOWN)

test-apart: $(DEV)
	@mkdir -p build
	@{ NODESCOPE_ENGINE=plain $(BIN)/python -m pytest; plain=$$?; $(COMPILED) $(APART) && test $$plain = 0; } $(SHOWN)

mutants: $(DEV)  ## changes of theory, run and diagnosis that no test sees (hours; MUTANTS="theory --count 30 --seed 1")
	$(BIN)/python tests/mutants/survivors.py $(MUTANTS)

STRICT := -std=gnu11 -O3 -ffp-contract=off -ffreestanding -fno-math-errno -Wall -Wextra -Wconversion -Wshadow -Werror
# The vector widths of this processor's kind, as in CMakeLists.txt.
WIDTHS := $(if $(filter x86_64,$(shell uname -m)),sse2 avx2 avx512)
FLAGS_avx2 := -mavx2
FLAGS_avx512 := -mavx512f -mavx512dq -mavx512vl

check: $(DEV)  ## style, types, import contract, docstrings of public names, a strict compile
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/architecture/docstrings.py
	$(CC) $(STRICT) -c src/nodescope/arithmetic/core.c -o /dev/null
	$(foreach width,$(WIDTHS),$(CC) $(STRICT) $(FLAGS_$(width)) -c src/nodescope/arithmetic/kernels.c -o /dev/null &&) true

SANITIZED := build/sanitized/core.so
PRELOADED = $(shell $(CC) -print-file-name=libasan.so):$(shell $(CC) -print-file-name=libubsan.so)

SANITIZE := $(CC) -std=gnu11 -O1 -g -ffp-contract=off -fno-math-errno -fno-omit-frame-pointer -fPIC \
  -fsanitize=address,undefined -fno-sanitize-recover=all
SANITIZED_KERNELS := $(WIDTHS:%=build/sanitized/%.o)

build/sanitized/%.o: $(wildcard src/nodescope/arithmetic/*.[ch])
	mkdir -p $(@D)
	$(SANITIZE) $(FLAGS_$*) -DNS_TABLE=ns_table_$* -c -o $@ src/nodescope/arithmetic/kernels.c

$(SANITIZED): $(SANITIZED_KERNELS) $(wildcard src/nodescope/arithmetic/*.[ch])
	mkdir -p $(@D)
	$(SANITIZE) $(if $(WIDTHS),-DNS_WIDTHS) -shared -o $@ src/nodescope/arithmetic/core.c $(SANITIZED_KERNELS)

sanitize: $(DEV) $(SANITIZED)  ## the C core's tests under the address and undefined-behaviour sanitizers
	NODESCOPE_ENGINE=compiled NODESCOPE_CORE=$(SANITIZED) NODESCOPE_TESTS=short \
	  LD_PRELOAD=$(PRELOADED) ASAN_OPTIONS=detect_leaks=0:halt_on_error=1 PYTHONMALLOC=malloc \
	  $(BIN)/python -m pytest -q -p no:cacheprovider tests/arithmetic tests/laws

frontend/node_modules: frontend/package-lock.json
	cd frontend && npm ci --silent
	@touch $@

frontend: frontend/node_modules  ## build the page's bundle (needs node, clang 14 and lld 14)
	cd frontend && node layout.mjs && node words.mjs && npx tsc --noEmit && node build.mjs

check-frontend: frontend/node_modules  ## style, types, tests, and the committed bundle is what its sources give, byte for byte
	cd frontend && npx biome check . && node layout.mjs --check && node words.mjs --check && npx tsc --noEmit
	! LC_ALL=C.UTF-8 grep -nE '^.{133,}' frontend/*.mjs $$(git ls-files 'frontend/src/*.ts*' 'frontend/tests/*.ts')
	cd frontend && node build.mjs build && npx tsc --noEmit -p tests && node test.mjs
	for name in nodescope start several network judged fit observed both table map beside; do cmp frontend/build/$$name.js src/nodescope/hosts/static/$$name.js || exit 1; done

docs: $(DEV)  ## the documentation, executed, as a site: docs/_build/html/index.html
	$(PIP) $(DOCS)
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	NODESCOPE_ENGINE=compiled $(BIN)/python -m pytest -q $(SITE)
	@echo "The documentation is in docs/_build/html/index.html."

picture: $(INSTALLED)  ## the README's picture, from a run
	$(BIN)/python docs/picture.py

goldens: $(DEV)  ## pictures that the page is held to, taken anew: look at them before they are committed
	NODESCOPE_GOLDENS=write $(BIN)/python -m pytest -q tests/browser/test_goldens.py tests/browser/test_compare.py -k "picture or spoken"

said: $(DEV)  ## what is said of many runs, taken anew; every fact that changed is printed: look at each before it is committed
	$(BIN)/python tests/said/written.py

format: $(DEV) frontend/node_modules  ## put the code in order
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .
	cd frontend && npx biome check --write .

bench: $(DEV)  ## how fast it is, beside its peers and the machine's limits, into docs/speed.md (minutes; JAX and river if installed)
	$(BIN)/python benchmarks/speed/table.py

bench-quick: $(DEV)  ## the same with smaller tables, in less than two minutes, printed only
	$(BIN)/python benchmarks/speed/table.py --quick

bench-page: $(INSTALLED)  ## what the local page takes when everybody comes at once (Linux)
	$(BIN)/python benchmarks/page.py

bench-view: $(DEV)  ## how fast the view answers in Chromium: alpha dragged, steps gone through, a long run opened
	$(BIN)/python benchmarks/view.py

bench-large: $(DEV)  ## what a table larger than memory costs, beside its peers; --rows 2e7 is that of the documentation
	$(BIN)/python benchmarks/large.py $(ARGS)

bench-fit: $(DEV)  ## how good `nodescope fit` is, beside scikit-learn's pipelines
	$(BIN)/python benchmarks/fit.py

bench-observe: $(DEV)  ## what observing a PyTorch training costs
	$(BIN)/python benchmarks/observe.py

clean:  ## remove what was built
	rm -rf $(VENV) build dist
