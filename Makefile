# Every target sets up what it needs; Python 3.11 or newer and a network are enough.
#
#   make demo                      make demo ARGS="--copies 3"
#   make test PYTHON=python3.12    the interpreter of a new .venv
#   make test DJANGO="~=5.2.0"     the Django in it
#   make soak EXAMPLES=2000        fewer sequences than 10,000
#   make test EXTRAS=demo,docs,tasks,test,types,checkers    every type checker

PYTHON =
DJANGO =
ARGS =
EXAMPLES = 10000
# What the tests need; `,checkers` adds the type checkers beside mypy.
EXTRAS = demo,docs,tasks,test,types
VENV = .venv

PY = $(VENV)/bin/python
PIP = $(PY) -m pip --disable-pip-version-check --no-input
CANDIDATES = python3.13 python3.12 python3.11 python3 python

.DEFAULT_GOAL = help
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help demo serve test soak django-suite docs bench clean FORCE
MAKEFLAGS += --no-print-directory

# Runs $(1) and shows its output only if it fails, with $(2) as the last word.
quietly = log=$$(mktemp); if $(1) >"$$log" 2>&1; then rm -f "$$log"; \
	else cat "$$log" >&2; rm -f "$$log"; echo "$(2)" >&2; exit 1; fi

title = @printf '\n== %s\n' "$(1)"

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s%s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo 'Pass options on by ARGS="...", choose by PYTHON=python3.12 and DJANGO="~=5.2.0".'

demo: $(VENV)/.demo  ## load the flights and show what the library does to their counts
	@$(PY) demo/manage.py demo $(ARGS)

serve: $(VENV)/.demo  ## the same in the browser
	@$(PY) demo/manage.py serve $(ARGS)

test: $(VENV)/.test  ## ruff, mypy, the tests on every database that answers, the docs
	$(call title,ruff)
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	$(call title,mypy)
	@$(PY) -m mypy
	$(call title,docs)
	@$(PY) -m sphinx -W -q -b html docs docs/_build/html
	$(call title,tests)
	@$(PY) -m tests $(ARGS)

soak: $(VENV)/.test  ## 10,000 random sequences of writes on every database that answers
	@RECKON_EXAMPLES=$(EXAMPLES) $(PY) -m tests -n 0 tests/properties/test_computed_fields.py $(ARGS)

django-suite: $(VENV)/.test  ## Django's own tests, with every write captured
	@$(PY) -m tests.django_suite $(ARGS)

docs: $(VENV)/.test  ## the documentation, in docs/_build/html
	@$(PY) -m sphinx -W -q -b html docs docs/_build/html $(ARGS)
	@echo "Open docs/_build/html/index.html"

bench: $(VENV)/.test  ## what counts cost, in queries and seconds
	@$(PY) -m benchmarks $(ARGS)

clean:  ## remove whatever the other targets made
	rm -rf $(VENV) .venvs .cache build dist docs/_build .mypy_cache .pytest_cache .ruff_cache
	rm -rf .hypothesis src/*.egg-info demo/*.sqlite3 demo/*.sqlite3-*
	find src tests demo docs benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps: a second run starts at once, a changed pyproject.toml installs again.

$(VENV)/.demo: pyproject.toml $(VENV)/.django
	@echo "Installing what the demo needs into $(VENV) ..."
	@$(call quietly,$(PIP) install -e '.[demo]' 'Django$(DJANGO)',pip could not install the demo; see above.)
	@touch $@

$(VENV)/.test: pyproject.toml $(VENV)/.django
	@echo "Installing what the tests need into $(VENV) ..."
	@$(call quietly,$(PIP) install -e '.[$(EXTRAS)]' 'Django$(DJANGO)',pip could not install the tests; see above.)
	@touch $@ $(VENV)/.demo

, := ,

# Changes only when another Django is asked for.
$(VENV)/.django: $(VENV)/.python FORCE
	@test -f $@ && test "$$(cat $@)" = '$(DJANGO)' || echo '$(DJANGO)' >$@

# Takes the first interpreter that is new enough and can make a virtual environment.
$(VENV)/.python:
	@found=; chosen=; \
	for name in $(or $(PYTHON),$(CANDIDATES)); do \
	  version=$$($$name -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) || continue; \
	  if ! $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    found="$$found $$name is $$version, which is too old."; \
	  elif ! $$name -c 'import ensurepip, venv' 2>/dev/null; then \
	    found="$$found $$name is $$version, but its venv module is missing (Debian, Ubuntu: apt-get install python3-venv)."; \
	  else chosen=$$name; break; fi; \
	done; \
	if [ -z "$$chosen" ]; then \
	  echo "django-reckon needs Python 3.11 or newer.$${found:- Found none of: $(or $(PYTHON),$(CANDIDATES)).} Name one by PYTHON=..." >&2; \
	  exit 1; \
	fi; \
	echo "Making $(VENV) with $$chosen ($$version) ..."; \
	$(call quietly,$$chosen -m venv --clear $(VENV),$$chosen could not make $(VENV); see above.)
	@$(PY) -c 'import sys; print(sys.version)' >$@

FORCE:
