# OnTrack. `make demo` and `make test` are the only two commands a newcomer needs.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
WORKERS := -n 3 --no-loadscope-reorder # a worker waits a fifth of its time: for disks, servers and processes of its own
SWEEP := $(BIN)/pytest $(WORKERS)
PROPERTIES := $(addprefix tests/spec/,test_properties.py test_live_everywhere.py test_several_dates.py test_enrollment_properties.py test_attendance_policy_properties.py test_ledger_properties.py test_way_back_drawn.py test_short_days.py test_mark_policies.py test_script.py) $(addprefix tests/features/ingest/,adapters/test_oneroster_deltas.py adapters/test_edfi_scenarios.py adapters/test_edfi_pull.py adapters/test_lists_alike.py load/test_record_versions.py proposal/test_strangers_folder.py proposal/test_proposed_lines.py files/test_csv_properties.py files/test_csv_rows.py parsing/test_mark_scales.py) tests/models/metrics/test_paired_comparison.py
PACKAGES := ontrack.py ontrack_demo.py ontrack_demo_district.py ontrack_collaborative.py ontrack_doctor.py features models presentation training serving tests benchmarks docs

unexport PYTHONDONTWRITEBYTECODE # each process of the suite, and of the demo, would compile all modules anew

.PHONY: help demo collaborative test postgres format check types contracts bench bench-full sweep faults nights kills mutations disclosure accessibility properties audits gates hit-rates served-lists leaks pools weeks fuzz spark spark-full aequitas docs translations screenshots clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

.venv/installed: requirements.lock pyproject.toml
	@sh scripts/install "$(PYTHON)"

demo: .venv/installed ## two simulated districts, from records to pages, on http://127.0.0.1:8000
	@$(BIN)/ontrack demo

collaborative: .venv/installed ## nine simulated districts, what each shares, their report, and its page on http://127.0.0.1:8000 (some minutes)
	@$(BIN)/ontrack demo-collaborative

test: .venv/installed check contracts ## everything CI runs
	@sh scripts/browser
	@sh scripts/test $(WORKERS)

postgres: .venv/installed ## the serving suite on a real PostgreSQL, without a browser: pages are the same (some minutes)
	@ONTRACK_TEST_DATABASE=postgresql $(BIN)/pytest $(WORKERS) -m "not browser" tests/serving

format: .venv/installed ## put the code in its one form
	@$(BIN)/ruff format $(PACKAGES)
	@$(BIN)/ruff check --fix $(PACKAGES)

check: .venv/installed
	@$(BIN)/ruff format --check -q $(PACKAGES)
	@$(BIN)/ruff check -q $(PACKAGES)

types: .venv/installed
	@$(BIN)/mypy

contracts: .venv/installed
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

bench: .venv/installed ## measured speed and memory, as ratios (some minutes)
	@$(BIN)/python -m benchmarks

bench-full: .venv/installed ## snapshots of a million students, training on 2 million rows (an hour, 40 GB of disk)
	@$(BIN)/python -m benchmarks --students 200000 --years 4 --only snapshot --runs 2
	@$(BIN)/python -m benchmarks --students 1000000 --years 2 --only snapshot --runs 1
	@$(BIN)/python -m benchmarks --rows 2000000 --only training --runs 1

sweep: faults nights kills mutations disclosure accessibility properties audits gates hit-rates served-lists leaks weeks fuzz ## all that `make test` tries a part of, in full (about three hours)

faults: .venv/installed ## make every write of an import fail, and kill it 200 times (about an hour; needs cc)
	@ONTRACK_SWEEP=faults ONTRACK_REQUIRE_FAULTS=1 $(SWEEP) tests/faults

nights: .venv/installed ## kill `ontrack nightly` over two districts 100 times (about half an hour)
	@ONTRACK_SWEEP=nights $(BIN)/pytest tests/serving/worker/test_nights.py

kills: .venv/installed ## kill server and worker 1,000 times while programs send contacts and imports (about an hour; in parts: KILLS=100 SEED=1)
	@ONTRACK_SWEEP=kills $(if $(KILLS),ONTRACK_KILLS=$(KILLS)) $(if $(SEED),ONTRACK_SEED=$(SEED)) $(BIN)/pytest tests/serving/worker/test_kills_under_load.py

mutations: .venv/installed ## open 388 damaged models as a server would: none may load (some minutes)
	@ONTRACK_SWEEP=mutations $(SWEEP) tests/models/bundle/test_mutations.py tests/models/bundle/test_damaged_models.py

disclosure: .venv/installed ## an adversary tries 10,000 audits for what they hide (about 10 minutes)
	@ONTRACK_SWEEP=disclosure $(SWEEP) tests/models/fairness/test_complementary_suppression.py tests/training/collaborative/test_disclosure.py

accessibility: .venv/installed ## ask axe about every page at three widths, light and dark (two minutes; needs Chromium)
	@ONTRACK_SWEEP=accessibility ONTRACK_REQUIRE_BROWSER=1 $(BIN)/pytest -k "axe or occasion" tests/serving/pages/test_support_in_browser.py tests/serving/pages/test_occasions_in_browser.py

properties: .venv/installed ## try the properties of features on many more drawn districts (about half an hour)
	@ONTRACK_SWEEP=properties $(SWEEP) $(PROPERTIES)

audits: .venv/installed ## audit 50 simulated districts in which nothing is planted, and 1,000 drawn ones (about 15 minutes)
	@ONTRACK_SWEEP=audits $(SWEEP) -rP tests/training/audit/test_planted_bias.py tests/models/fairness/test_significance.py

gates: .venv/installed ## 400 gates on models of which the truth is known, of each kind and size (half an hour)
	@$(BIN)/python -m benchmarks.gates $(if $(MINUTES),--minutes $(MINUTES))

pools: .venv/installed ## a pooled model beside local ones, 20 draws of districts of which the truth is planted (about 40 minutes)
	@$(BIN)/python -m benchmarks.collaborative $(if $(MINUTES),--minutes $(MINUTES))

weeks: .venv/installed ## what would be served on every Monday of a year, of the demo's Harbor (some minutes)
	@$(BIN)/python -m benchmarks.weeks_of_year config/ontrack.toml harbor

hit-rates: .venv/installed ## what stands beside flags, held against the truth of a simulated collaborative (about 10 minutes)
	@$(BIN)/python -m benchmarks.hit_rates

served-lists: .venv/installed ## gates on years in which lists were served and support helped (about an hour)
	@for recorded in ignored all "two thirds"; do echo "$$recorded"; $(BIN)/python -m benchmarks.served_lists --recorded "$$recorded" $(if $(MINUTES),--minutes $(MINUTES)) || exit 1; done

leaks: .venv/installed ## draw 100 tables of each kind: what knows the end is found, nothing else is named (some minutes)
	@ONTRACK_SWEEP=leaks $(SWEEP) tests/training/evaluation/test_leakage.py

fuzz: .venv/installed ## draw 500 requests for each operation of the API from its document, and follow its links (half an hour; in parts: ONLY=/v1/imports)
	@ONTRACK_SWEEP=fuzz $(if $(ONLY),ONTRACK_ONLY=$(ONLY)) $(BIN)/pytest -s tests/serving/api/test_fuzz.py $(if $(ONLY),,tests/serving/api/test_several_live_scores.py)

spark: .venv/installed ## the same features on a local Spark (needs Java; some minutes)
	@sh scripts/spark
	@PYTHONPATH=.spark $(BIN)/pytest tests/spark

spark-full: .venv/installed ## the same of many drawn districts, and on a cluster whose executors are killed, and behind Spark Connect (an hour)
	@sh scripts/spark connect
	@ONTRACK_SWEEP=spark PYTHONPATH=.spark:.spark-connect $(BIN)/pytest tests/spark

aequitas: .venv/installed ## the audit's figures beside Aequitas's, from an environment of its own (about a minute)
	@sh scripts/aequitas
	@ONTRACK_REQUIRE_AEQUITAS=1 $(BIN)/pytest tests/models/fairness/test_audit_peers.py

docs: .venv/installed ## write the generated reference again
	@$(BIN)/python -m docs.generate

translations: .venv/installed ## bring the Spanish sentences up to date, and name those to translate
	@$(BIN)/python -m docs.translations

screenshots: .venv/installed ## take the pictures of the how-to for counselors again, of the demo (needs Chromium)
	@$(BIN)/ontrack demo --no-serve
	@$(BIN)/python -m docs.screenshots

clean: ## remove the environment and everything the demo made
	rm -rf .venv .tools .aequitas .spark .spark-connect .ontrack .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
