# Deal Advisor. `make` or `make help` lists the targets; docs/developing.md says more.
#
# Needs GNU make, a POSIX sh, Python 3.10 or newer, a C compiler and the package index; nothing else.
# The interpreter is the first that fits, or the one you name: make test PYTHON=python3.13
# The environment stands in .venv/, or where you say:          make test PYTHON=python3.13 VENV=.venv-3.13

PYTHON ?=
VENV := .venv
ARGS :=

IN_VENV := "$(VENV)/bin/python"
READY := $(VENV)/.ready$(subst /,_,$(PYTHON))
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11 python3.10 python

# The engine's own build ignores CFLAGS and sets no optimisation. Since Python 3.13 the name PyEval_CallObject
# is gone; older versions do not mind the second flag.
ENGINE_FLAGS := -O2 -DPyEval_CallObject=PyObject_CallObject
ENGINE := $(shell sed -n 's/^ *\(durable-rules[^ ]*\).*/\1/p' setup.cfg)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help review test check audit certify fuzz bench clean

help: ## list the targets
	@sed -n 's/^\([a-z][a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | \
	while IFS='|' read -r target text; do printf '%-14s %s\n' "$$target" "$$text"; done

review: $(READY) ## judge every case in cases/, print the review and keep it in reports/
	@mkdir -p reports
	@$(IN_VENV) -m advisor review cases/ --overwrite --output reports/pack.html --output reports/pack.md --output reports/pack.json

test: $(READY) ## run all tests (make test ARGS="-k layers" runs some)
	@$(IN_VENV) -m pytest $(ARGS)

check: $(READY) ## lint, formatting, types
	@$(IN_VENV) -m ruff check .
	@$(IN_VENV) -m ruff format --check .
	@$(IN_VENV) -m mypy

audit: $(READY) ## ask whether an advisory is known for what is installed
	@$(IN_VENV) .ci/audit.py

certify: $(READY) ## judge 200,000 random deals four ways that must agree (make certify ARGS="--deals 5000 --shipped 0")
	@$(IN_VENV) -m tests.certify $(ARGS)

bench: $(READY) ## measure speed and growth, and write benchmarks/RESULTS.md (make bench ARGS="throughput --rounds 3")
	@$(IN_VENV) -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@$(IN_VENV) -m benchmarks $(ARGS)

fuzz: $(READY) ## try 20,000 hostile inputs of every kind (make fuzz ARGS="--minutes 60 --seed 7 rules")
	@$(IN_VENV) -m tests.fuzz $(ARGS)

clean: ## remove the environment, builds, caches and the review in reports/
	@rm -rf "$(VENV)" build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@rm -f reports/pack.html reports/pack.md reports/pack.json
	@rmdir reports 2>/dev/null || true
	@find advisor rules knowledge tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Set-up: done again when one of these files, or the interpreter that is asked for, changes.
$(READY): setup.cfg pyproject.toml Makefile
	@rm -f "$(VENV)"/.ready*
	@$(MAKE_ENVIRONMENT)
	@$(BUILD_ENGINE)
	@echo "Installing the advisor and its tools ..."
	@$(IN_VENV) -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch "$@"

# Keeps an environment that still works and is of the Python asked for; makes it anew otherwise.
define MAKE_ENVIRONMENT
set -e; \
version='import sys; print("%d.%d.%d" % sys.version_info[:3])'; \
recent='import sys; sys.exit(sys.version_info < (3, 10))'; \
if $(IN_VENV) -c "$$recent" 2>/dev/null && $(IN_VENV) -m pip --version >/dev/null 2>&1; then \
  if [ -z "$(PYTHON)" ] || [ "$$($(IN_VENV) -c "$$version")" = "$$("$(PYTHON)" -c "$$version")" ]; then exit 0; fi; \
fi; \
chosen=; bare=; \
for python in $(if $(PYTHON),"$(PYTHON)",$(CANDIDATES)); do \
  if ! "$$python" -c "$$recent" 2>/dev/null; then continue; fi; \
  if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then chosen=$$python; break; fi; \
  bare=$${bare:-$$python}; \
done; \
if [ -z "$$chosen" ] && [ -n "$$bare" ]; then \
  echo "$$bare cannot make virtual environments: its venv and ensurepip modules are not installed." >&2; \
  echo "Debian, Ubuntu: apt install python3-venv. Or name another Python: make PYTHON=/path/to/python3" >&2; \
  exit 1; \
fi; \
if [ -z "$$chosen" ]; then \
  echo "Found no Python 3.10 or newer (looked for: $(if $(PYTHON),$(PYTHON),$(CANDIDATES)))." >&2; \
  echo "Install one, or name it: make PYTHON=/path/to/python3" >&2; \
  exit 1; \
fi; \
echo "Making $(VENV) with $$chosen (Python $$("$$chosen" -c "$$version")) ..."; \
"$$chosen" -m venv --clear "$(VENV)"; \
echo '*' >"$(VENV)/.gitignore"
endef

# The engine is always compiled here: a wheel that an earlier installation left in pip's cache may have been
# built without the flags, and then cannot be imported, or is slow.
define BUILD_ENGINE
set -e; \
works='import sys, durable_rules_engine, importlib.metadata as m'; \
works="$$works; sys.exit(\"durable-rules==\" + m.version(\"durable-rules\") != \"$(ENGINE)\")"; \
if $(IN_VENV) -c "$$works" 2>/dev/null; then exit 0; fi; \
config='import sysconfig; print(sysconfig.get_config_var("CC") or "cc")'; \
compiler=$${CC:-$$($(IN_VENV) -c "$$config")}; \
headers=$$($(IN_VENV) -c 'import sysconfig; print(sysconfig.get_path("include"))'); \
needs="The rule engine (durable_rules) has to be compiled: it needs a C compiler and the headers of Python."; \
remedy="Debian, Ubuntu: apt install gcc libc6-dev python3-dev. Fedora: dnf install gcc python3-devel. macOS: xcode-select --install"; \
if ! command -v "$${compiler%% *}" >/dev/null 2>&1; then \
  printf '%s\n' "$$needs" "There is no compiler \"$${compiler%% *}\" here." "$$remedy" >&2; exit 1; \
fi; \
if [ ! -f "$$headers/Python.h" ]; then \
  printf '%s\n' "$$needs" "There is no Python.h in $$headers." "$$remedy" >&2; exit 1; \
fi; \
echo "Building the rule engine ($(ENGINE)) ..."; \
log="$(VENV)/engine-build.log"; \
if ! CPPFLAGS="$(ENGINE_FLAGS) $$CPPFLAGS" $(IN_VENV) -m pip install --disable-pip-version-check --no-cache-dir \
     --no-binary durable-rules --force-reinstall --no-deps '$(ENGINE)' >"$$log" 2>&1 \
   || ! $(IN_VENV) -c "$$works" >>"$$log" 2>&1; then \
  tail -n 30 "$$log" >&2; \
  echo >&2; printf '%s\n' "The rule engine could not be built; the end of $$log stands above." "$$needs" "$$remedy" >&2; \
  exit 1; \
fi
endef
