# Bijeen. `make` or `make help` lists what can be done.
# Needed on the machine: make and Python 3.11, 3.12 or 3.13. Everything else lands in .venv.

VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python site/manage.py
# One process a core, which get their tests by two dozen. Each keeps the order in which the tests that
# empty the database come last.
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist load --maxschedchunk 24

# The first Python on the path that the lock files were made for; `make PYTHON=…` names another.
PYTHON = $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	&& echo $$p && break; done)

PO := $(wildcard site/locale/*/LC_MESSAGES/django.po)
MO := $(PO:.po=.mo)

RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
PATHS := $(VENV)/.paths-written

PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make lock' --quiet $(if $(UPGRADE),--upgrade)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install run demo test check faults bench messages lock clean

help: ## List what can be done
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

install: $(RUNTIME) $(PATHS) $(MO) ## Build .venv from requirements.lock; quick when nothing changed

run: install ## Start everything on this machine; Ctrl-C stops it (PORT=8000)
	@$(MANAGE) up

demo: install ## Play the whole story without a browser, ending with a table
	@$(MANAGE) demo --story

test: $(DEV) $(PATHS) $(MO) ## Run every test, then those about the database again on PostgreSQL
	$(PYTEST)
	$(BIN)/python -m tests.servers postgres -- $(PYTEST) -m database

check: $(DEV) $(PATHS) $(MO) ## Format, lint, types, imports, migrations, deployment, translations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	DJANGO_SETTINGS_MODULE=config.settings.test $(MANAGE) makemigrations --check --dry-run
	DJANGO_SETTINGS_MODULE=config.settings.production SITE_URL=https://bijeen.example.org \
		SECRET_KEY=not-a-secret-but-long-enough-for-every-check-of-django-and-varied-0123456789 \
		SUPPRESSION_KEY=not-a-secret EMAIL_URL=smtp://127.0.0.1:25 \
		$(MANAGE) check --deploy --fail-level WARNING
	$(BIN)/python -m pytest -q tests/house

faults: $(DEV) $(PATHS) $(MO) ## Kill workers in the middle of mailings and count (F=F1 KILLS=20 SEED=7)
	@$(BIN)/python tests/faults/run.py $(F) $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED))

bench: $(DEV) $(PATHS) $(MO) ## Measure (M=M1 for one measure alone)
	@$(BIN)/python tests/bench/run.py $(M)

messages: $(DEV) $(PATHS) ## Bring site/locale up to date with the sentences in the code (needs gettext)
	@command -v xgettext >/dev/null || { echo "xgettext is missing: install the package gettext."; exit 1; }
	$(MANAGE) makemessages --locale nl --ignore '$(VENV)/*' --ignore 'tests/*' --ignore 'var/*' \
		--add-location file --no-wrap

lock: ## Write the lock files anew from pyproject.toml (needs uv; UPGRADE=1 takes newer versions)
	@command -v uv >/dev/null || { echo "uv is missing: see CONTRIBUTING.md."; exit 1; }
	$(LOCK) pyproject.toml --output-file requirements.lock
	$(LOCK) pyproject.toml --group dev --output-file requirements-dev.lock

clean: ## Remove the environment and caches; what is in var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .migrated_cache $(MO)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- files that the targets above stand on ---------------------------------------------------

$(VENV)/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed, and none was found."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "On Debian and Ubuntu, install the package python3-venv."; \
		rm -rf $(VENV); exit 1; }

$(RUNTIME): requirements.lock | $(VENV)/pyvenv.cfg
	@echo "Installing the libraries in $(VENV); this takes a minute or two."
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@$(PIP_INSTALL) -r requirements.lock
	@touch $@

# The libraries for development include those that run the product.
$(DEV): requirements-dev.lock requirements.lock | $(VENV)/pyvenv.cfg
	@echo "Installing the libraries and the test tools in $(VENV); this takes a few minutes."
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@$(PIP_INSTALL) -r requirements-dev.lock
	@touch $(RUNTIME) $@

# Both folders of the house on the import path of every process, wherever it is started.
$(PATHS): | $(VENV)/pyvenv.cfg
	@printf '%s\n' "$(CURDIR)" "$(CURDIR)/site" \
		> "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/bijeen.pth"
	@touch $@

%.mo: %.po | $(RUNTIME)
	@$(BIN)/pybabel --quiet compile --use-fuzzy --input-file $< --output-file $@
