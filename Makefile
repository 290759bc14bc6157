# Every target works on a machine with Python 3.11 and nothing else: the first one makes the virtual environment from the
# hashed lock, and the private PostgreSQL and Valkey come from two wheels in it.

PYTHON ?= python3.11
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.made-from-lock
PYTEST_WORKERS ?= 2
# A server's settings, for Django's own checks of them. Nothing is connected to.
PRODUCTION := env ARAP_ENV=production ARAP_PROCESS=web SECRET_KEY=only-for-the-checks-0123456789-abcdefghijklmnopqrstuvwxyz \
	SITE_URL=https://localhost BEHIND_PROXY=true DATABASE_URL=postgresql://nobody@localhost/none \
	REDIS_URL=redis://localhost EMAIL_URL=smtp://localhost DEFAULT_FROM_EMAIL=nobody@localhost
SIZES ?= 10000 100000 1000000

.DEFAULT_GOAL := help
.PHONY: help setup fonts demo screenshots test api-fuzz faults round-trip check bench lock messages clean

help:
	@echo 'make setup   virtual environment from the hashed lock'
	@echo 'make demo    everything with a sample company, in the browser; Ctrl-C stops it, a second start keeps the data'
	@echo 'make screenshots  pictures of every page, by a running demo, and what is wrong with them (VARIANT=zh-hans-dark-390)'
	@echo 'make test    the whole suite on real PostgreSQL and Valkey, in parallel'
	@echo 'make fonts   the fonts of the PDFs, from the dependencies (else the first PDF makes them)'
	@echo 'make api-fuzz  a thousand made-up requests to every operation of the API (FUZZ_EXAMPLES sets another number)'
	@echo 'make faults  500 messages while workers, broker and mail server are killed; prints what became of them'
	@echo 'make round-trip  100,000 rows out as CSV and XLSX and back in, at home and elsewhere; prints the figures'
	@echo 'make check   style, types, layers, templates, migrations, image, production settings'
	@echo 'make bench   the measured table (sizes: make bench SIZES="10000 100000 1000000")'
	@echo 'make lock    rewrite the hashed locks from the .in files'
	@echo 'make clean   remove the virtual environment, caches and private servers with their data'

setup: $(STAMP)

$(STAMP): requirements-dev.txt
	@command -v $(PYTHON) >/dev/null || { echo 'arap needs Python 3.11: install it (Debian 12: apt-get install python3 python3-venv) or say make PYTHON=/path/to/python3.11' >&2; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv $(VENV) || { echo 'the venv module is missing: apt-get install python3-venv' >&2; exit 1; }
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@touch $(STAMP)

messages: setup
	@$(PY) -m arap.core.locale_files compile

fonts: setup
	@$(PY) -m arap.core.pdf.fonts >/dev/null

demo: setup messages fonts
	@$(PY) -m arap.demo

screenshots: setup
	@$(PY) -m tests.screenshots

test: setup messages
	$(PY) -m pytest --numprocesses $(PYTEST_WORKERS) --dist worksteal $(PYTEST_ARGS)

api-fuzz: setup messages
	FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-1000} $(PY) -m pytest --timeout 0 --numprocesses $(PYTEST_WORKERS) tests/api/test_fuzz.py $(PYTEST_ARGS)

faults: setup messages
	ARAP_FAULTS_SENDS=$${ARAP_FAULTS_SENDS:-500} $(PY) -m pytest --capture no tests/outbox/test_faults.py $(PYTEST_ARGS)

round-trip: setup messages
	ARAP_ROUND_TRIP_ROWS=$${ARAP_ROUND_TRIP_ROWS:-100000} $(PY) -m pytest --timeout 0 --capture no tests/desk/takeon/test_round_trip.py $(PYTEST_ARGS)

lock: setup
	CUSTOM_COMPILE_COMMAND='make lock' $(VENV)/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file requirements.txt requirements.in
	CUSTOM_COMPILE_COMMAND='make lock' $(VENV)/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file requirements-dev.txt requirements-dev.in

check: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	PYTHONPATH=.:collections:reconciliation $(VENV)/bin/lint-imports
	$(VENV)/bin/djlint --lint --quiet templates
	$(VENV)/bin/hadolint Dockerfile
	$(VENV)/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) manage.py check
	$(PY) manage.py spectacular --validate --fail-on-warn --file /dev/null
	$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

bench: setup
	$(PY) manage.py bench all --size $(SIZES)

clean:
	@if test -x $(PY); then $(PY) -m arap.servers.clean; fi
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
