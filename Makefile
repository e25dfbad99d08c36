# The commands of the project. `make run` needs only Python 3.11 or newer and make.
PYTHON ?= python3
BIN := .venv/bin
# The lock file decides every version; --inexact leaves what somebody added by hand. The machine's own
# certificates come first: behind a company's proxy only they are right.
SYNC = $(BIN)/uv sync --frozen --inexact --quiet $(1) --system-certs || $(BIN)/uv sync --frozen --inexact --quiet $(1)
# With DEMO=1 tools load the settings without production secrets. Without a pool no process leaves a
# connection behind that keeps a test database.
TRIAL := DEMO=1 DATABASE_POOL_SIZE=0
TEMPLATES := templates

.PHONY: run test check fix bench demo drill messages coverage

run: .venv/run.stamp
	@DEMO=1 $(BIN)/python manage.py run

# A whole file to one worker: what its tests share (a web server, a browser, reference data) is started once.
test: .venv/dev.stamp
	$(TRIAL) $(BIN)/pytest -n auto --dist loadfile

check: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(TRIAL) $(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --check --lint $(TEMPLATES)
	$(TRIAL) $(BIN)/python manage.py makemigrations --check --dry-run
	$(TRIAL) $(BIN)/pytest tests/test_messages.py tests/test_deploy.py tests/test_architecture.py

fix: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint --reformat $(TEMPLATES)
	git ls-files '*.py' | xargs $(BIN)/django-upgrade --target-version 5.2

bench: .venv/dev.stamp
	$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY))

demo: .venv/run.stamp
	@DEMO=1 $(BIN)/python manage.py load_demo

drill: .venv/dev.stamp
	$(TRIAL) DRILL=1 $(BIN)/pytest -m "race or kill"

# The date that gettext writes would change the catalogues at every run.
messages: .venv/dev.stamp
	$(TRIAL) $(BIN)/python manage.py makemessages --locale id --locale en --no-obsolete --no-location \
		$(foreach folder,.venv bench tests var,--ignore $(folder))
	sed -i '/^"POT-Creation-Date:/d' locale/*/LC_MESSAGES/django.po
	$(TRIAL) $(BIN)/python manage.py compilemessages $(foreach folder,.venv bench tests var,--ignore $(folder))

coverage: .venv/dev.stamp
	$(TRIAL) $(BIN)/coverage run -m pytest
	$(BIN)/coverage report

$(BIN)/uv:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed." if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

.venv/run.stamp: uv.lock $(BIN)/uv
	$(call SYNC,--no-dev)
	@touch $@

.venv/dev.stamp: uv.lock $(BIN)/uv
	$(call SYNC)
	@touch $@ .venv/run.stamp
