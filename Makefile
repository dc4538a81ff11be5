# make run · make test · make check · make bench · make faults: each sets up what it needs in .venv, once, and says so.
# Needs make, a POSIX shell and Python 3.11, 3.12 or 3.13.

PYTHON ?=
PORT ?= 8501
SAMPLE ?= movielens-100k
ARGS ?=
# a file of tests is one process's own; three keep two cores busy, since a browser test mostly waits
PARALLEL ?= -n 3 --dist loadfile
# processes that share the cores only wait for each other's threads
ONE_THREAD ?= OMP_NUM_THREADS=1

VENV := .venv
BIN := $(VENV)/bin
LOG := $(VENV)/install.log
# Bytecode is written at the first import (see --no-compile), so it must not be switched off.
unexport PYTHONDONTWRITEBYTECODE
# where the studio keeps its data; the engine reads the same variable
WORKSPACE := $${RECENGINE_WORKSPACE:-workspace}

.DEFAULT_GOAL := help
.PHONY: help run test check bench faults venv app dev port sample

help:
	@echo "make run     open the studio on http://127.0.0.1:$(PORT) (PORT=8502 another port, SAMPLE=synthetic no download)"
	@echo "make test    run every test (ARGS='-k fusion' some of them, PARALLEL= one after the other)"
	@echo "make check   ruff, mypy and every test"
	@echo "make bench   measure the speed and quality claims (ARGS='slider' some of them)"
	@echo "make faults  kill jobs and servers at 50 random moments of a fit (ARGS='-k server' some of them)"
	@echo "make venv    only make .venv, to choose a build of PyTorch before the rest is installed"

run: port app sample
	@echo "Starting the studio on http://127.0.0.1:$(PORT) (Ctrl-C stops it)"
	@exec $(BIN)/python -m streamlit run app.py --server.address 127.0.0.1 --server.port $(PORT)

test: dev
	@$(ONE_THREAD) $(BIN)/python -m pytest $(PARALLEL) $(ARGS)

check: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@$(MAKE) --no-print-directory test

bench: dev
	@$(BIN)/python -m benchmarks $(ARGS)

# RECENGINE_FAULTS: how many moments; RECENGINE_FAULT_SEED: which, to see a failure again.
faults: dev
	@seed="$${RECENGINE_FAULT_SEED:-$$(date +%s)}"; \
	echo "Killing at $${RECENGINE_FAULTS:-50} moments with RECENGINE_FAULT_SEED=$$seed"; \
	RECENGINE_FAULTS="$${RECENGINE_FAULTS:-50}" RECENGINE_FAULT_SEED="$$seed" $(BIN)/python -m pytest tests/jobs/test_faults.py $(ARGS)

# --- the virtual environment -------------------------------------------------------------------------------------

SUITS = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

venv:
	@if $(BIN)/python -c 'import pip' 2>/dev/null; then exit 0; fi; \
	for name in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
		if "$$name" -c '$(SUITS)' 2>/dev/null; then python="$$name"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "make: found no Python 3.11, 3.12 or 3.13 (tried: $(or $(PYTHON),python3)). Install one, or name it: make run PYTHON=/path/to/python" >&2; \
		exit 2; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "make: $$python cannot make virtual environments (no ensurepip). On Debian and Ubuntu: apt-get install python3-venv" >&2; \
		exit 2; \
	fi; \
	echo "Making the virtual environment $(VENV) with $$("$$python" -V)"; \
	"$$python" -m venv --clear $(VENV)

# $(call install,REQUIREMENTS FILE,STAMP): install what REQUIREMENTS FILE pins unless STAMP says that it is there. The stamp
# holds the checksum of the pins and the Python they were installed for. --no-compile: most modules are never imported, and
# compiling them all takes longer than unpacking them.
define install
	python="$$($(BIN)/python -V)"; \
	key="$$(cat requirements.txt $(1) | cksum) $$python"; \
	app="$$(cat requirements.txt requirements.txt | cksum) $$python"; \
	if [ "$$(cat $(VENV)/$(2) 2>/dev/null)" = "$$key" ]; then exit 0; fi; \
	$(announce); \
	rm -f $(VENV)/app.stamp $(VENV)/dev.stamp; \
	{ PYTHONUNBUFFERED=1 $(BIN)/python -m pip install --disable-pip-version-check --no-input --no-compile --progress-bar off \
		-r $(1) 2>&1; echo "exit $$?"; } | tee $(LOG) | { $(follow); }; \
	if [ "$$(tail -n 1 $(LOG))" != "exit 0" ]; then \
		echo "make: the installation failed. All that pip said is in $(LOG). Mend it and run make again." >&2; \
		exit 2; \
	fi; \
	echo "$$key" > $(VENV)/$(2); \
	if [ $(2) = dev.stamp ]; then echo "$$app" > $(VENV)/app.stamp; fi
endef

# What is about to be downloaded. PyTorch is most of it; pip keeps the build that is there when its version fits.
define announce
	echo "Installing $(1) into $(VENV). To download, unless pip's cache has it:"; \
	if [ "$$(cat $(VENV)/app.stamp 2>/dev/null)" != "$$app" ]; then \
		echo "  430 MB for the studio"; \
		if $(BIN)/python -c 'import importlib.metadata; importlib.metadata.version("torch")' 2>/dev/null; then \
			echo "  nothing for PyTorch if the build in $(VENV) has the pinned version"; \
		else \
			echo "  190 MB for PyTorch where you chose its CPU build, 2,700 MB for its CUDA build (Linux's default; README: PyTorch)"; \
		fi; \
	fi; \
	if [ $(1) = requirements-dev.txt ]; then echo "  120 MB for the tests"; fi
endef

# One short line for each package of a megabyte or more, and pip's errors.
define follow
	count=0; \
	while read -r first second rest; do \
		case "$$first $$second" in \
			"Downloading "*.metadata) ;; \
			"Downloading "*.whl | "Processing "*.whl | "Downloading "*.tar.gz) \
				count=$$((count + 1)); name="$${second##*/}"; name="$${name%%-[0-9]*}"; \
				case "$$rest" in "("*[MG]B")") echo "  $$count $$name $$rest";; esac;; \
			"Using cached") case "$$rest" in *[MG]B")") echo "  $${rest%%-[0-9]*} is in pip's cache";; esac;; \
			"Installing collected") echo "  unpacking $$(echo "$$rest" | tr ',' '\n' | wc -l | tr -d ' ') packages, a minute or two";; \
			"WARNING: Retrying") echo "  no answer from the package index, trying again" >&2;; \
			"ERROR: "*) echo "  $$first $$second $$rest" | cut -c 1-200 >&2;; \
		esac; \
	done
endef

app: venv
	@$(call install,requirements.txt,app.stamp)

dev: venv
	@$(call install,requirements-dev.txt,dev.stamp)

# --- make run ----------------------------------------------------------------------------------------------------

port: venv
	@case "$(PORT)" in "" | *[!0-9]*) echo "make: PORT must be a number, got '$(PORT)'. Try: make run PORT=8502" >&2; exit 2;; esac; \
	if ! $(BIN)/python -c 'import socket; socket.create_server(("127.0.0.1", $(PORT))).close()' 2>/dev/null; then \
		echo "make: port $(PORT) on 127.0.0.1 is taken, perhaps by a studio that runs already: http://127.0.0.1:$(PORT). Or try: make run PORT=$$(($(PORT) + 1))" >&2; \
		exit 2; \
	fi

# Import and fit the sample unless the workspace has it from this very engine; both commands keep what is still good.
sample: app
	@key="$$(find recengine -name '*.py' | LC_ALL=C sort | xargs cat | cksum)"; \
	stamp="$(WORKSPACE)/.prepared"; \
	was="$$(cat "$$stamp" 2>/dev/null)"; \
	case "$$was" in \
		"$(SAMPLE) $$key") exit 0;; \
		"synthetic instead of $(SAMPLE) $$key") \
			echo "The studio shows the synthetic sample. To try again for $(SAMPLE): rm $$stamp, then make run"; exit 0;; \
	esac; \
	name="$(SAMPLE)"; prefix=""; \
	echo "Preparing the sample $$name:"; \
	$(BIN)/python -m recengine import --sample "$$name"; code=$$?; \
	if [ $$code -eq 2 ] && [ "$$name" != synthetic ]; then \
		echo "The sample $$name could not be had (see above); taking the synthetic one instead."; \
		prefix="synthetic instead of "; name=synthetic; \
		$(BIN)/python -m recengine import --sample synthetic; code=$$?; \
	fi; \
	if [ $$code -eq 0 ]; then $(BIN)/python -m recengine fit --dataset "$$name"; code=$$?; fi; \
	if [ $$code -ne 0 ]; then echo "make: the sample could not be prepared (see above)." >&2; exit $$code; fi; \
	echo "$${prefix}$(SAMPLE) $$key" > "$$stamp"
