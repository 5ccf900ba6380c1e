# Thin names over a few commands. `make` alone lists them.

PORT ?= 8080
DAYS ?= 30
KEEP ?=
SECONDS ?= 60
DEVICES ?= 200
CLIENTS ?= 500
SAMPLING_SECONDS ?= 60
ONLY ?=
DOCS ?=
VENV_PYTHON := .venv/bin/python
PRODUCTS := tikwatch-collector tikwatch-web tikwatch-fakedevice

# The Swift run-time libraries become part of the programs: machines that run them need no toolchain. `make build LINKING=` links them
# dynamically; going from one to the other compiles everything again.
LINKING ?= --static-swift-stdlib
RELEASE := swift build -c release $(LINKING)

# For `make install`: where things go (below DESTDIR), and the folder that has the programs.
INSTALLED := tikwatch-collector tikwatch-web
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
UNITDIR ?= $(PREFIX)/lib/systemd/system
DESTDIR ?=
BIN ?= .build/release

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests build install uninstall demo test unit e2e peers cluster cluster-test setup-cluster browser lint sanitize fuzz golden setup-bench bench-programs bench bench-sampling bench-mktxp bench-endpoint bench-metrics bench-graph bench-trafmon bench-writes bench-page bench-stream clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what a build needs and is missing (apt)
	@.ci/setup build

setup-tests: ## install what the tests need and is missing (apt, Python environment in .venv)
	@.ci/setup tests

setup-bench: ## install what the benchmarks need and is missing (apt, Python environment in .venv)
	@.ci/setup bench

setup-cluster: ## install what make cluster-test needs and is missing (apt: GlusterFS; Python environment)
	@.ci/setup cluster

build: setup ## release build of the three programs, in .build/release
	@for product in $(PRODUCTS); do echo "build: $$product"; $(RELEASE) --product "$$product" || exit 1; done

install: ## as root: programs, units and samples (PREFIX=/usr/local, DESTDIR=, BIN=.build/release); configuration that is there stays
	@PREFIX='$(PREFIX)' SYSCONFDIR='$(SYSCONFDIR)' UNITDIR='$(UNITDIR)' DESTDIR='$(DESTDIR)' BIN='$(BIN)' deploy/install.sh install $(INSTALLED)

uninstall: ## as root: take away what `make install` put there; configuration and history stay
	@PREFIX='$(PREFIX)' SYSCONFDIR='$(SYSCONFDIR)' UNITDIR='$(UNITDIR)' DESTDIR='$(DESTDIR)' BIN='$(BIN)' deploy/install.sh uninstall $(INSTALLED)

demo: ## build, then show three made-up devices at http://127.0.0.1:8080 (PORT=…, DAYS=… of history, KEEP=1)
	@PORT='$(PORT)' deploy/demo/demo.sh check
	@$(MAKE) --no-print-directory build
	@exec env PORT='$(PORT)' DAYS='$(DAYS)' KEEP='$(KEEP)' deploy/demo/demo.sh run

test: setup-tests ## everything: build with warnings as errors, unit, end-to-end, peers, cluster, browser
	@exec .ci/test build unit e2e peers cluster browser

unit: setup ## the Swift tests without the end-to-end ones
	@exec .ci/test build unit

e2e: setup ## the programs as processes, exchanging real files
	@exec .ci/test build e2e

peers: setup-tests ## independent programs: librouteros, RouterOS-api, MKTXP, rrdtool, promtool, Prometheus
	@exec .ci/test build peers

cluster: setup-tests ## two collectors and three web nodes behind nginx: each part is killed in turn, under load
	@exec .ci/test build cluster

cluster-test: setup-cluster ## as root: hosts (namespaces) that share a root over GlusterFS; a brick dies, a host is cut off; not in `make test`
	@exec .ci/cluster-test

browser: setup-tests ## the pages in a real browser; screenshots in .ci-artifacts
	@exec .ci/test build browser

lint: ## format and the project's rules
	@.ci/setup lint
	@echo '== format'
	@swift format lint --strict --recursive Sources Tests Package.swift
	@echo '== rules'
	@/usr/bin/python3 .ci/lint.py

sanitize: setup ## all but the end-to-end tests under the Thread and Address sanitizers (most of an hour; build folders of their own)
	@exec .ci/sanitize

fuzz: setup ## readers of files and texts against libFuzzer, each for SECONDS=60; crashes go to .ci-artifacts/fuzz
	@exec .ci/fuzz '$(SECONDS)'

golden: setup ## write the golden files anew from the code's present output; look at the difference before you commit it
	@TIKWATCH_WARNINGS_AS_ERRORS=1 swift build --build-tests --explicit-target-dependency-import-check error
	@TIKWATCH_WARNINGS_AS_ERRORS=1 TIKWATCH_UPDATE_GOLDEN=1 swift test --skip-build --skip EndToEndTests
	@git status --short Tests docs

# TIKWATCH_BIN names programs to take as they are.
bench-programs: setup-bench
	@if [ -z '$(TIKWATCH_BIN)' ]; then for product in $(PRODUCTS); do $(RELEASE) --product "$$product" --quiet || exit 1; done; fi

bench: bench-programs ## every benchmark, about twelve minutes; one table at the end (ONLY="metrics graph", DOCS=1: into docs/benchmarks.md, SAMPLING_SECONDS=600)
	@.venv/bin/python Tests/Bench/all.py --only '$(ONLY)' --sampling-seconds '$(SAMPLING_SECONDS)' $(if $(DOCS),--docs)

bench-sampling: bench-programs ## 100 devices sampled each second, beside a sample as mt-trafmon takes it, for SAMPLING_SECONDS=60
	@.venv/bin/python Tests/Bench/sampling.py --seconds '$(SAMPLING_SECONDS)'

bench-mktxp: bench-programs ## processor time per snapshot against MKTXP, one device and twenty, for SECONDS=60 each
	@.venv/bin/python Tests/Bench/mktxp_cpu.py --seconds '$(SECONDS)'

bench-endpoint: bench-programs ## time of the collector's /metrics with hanging devices, and of /probe, for SECONDS=60
	@.venv/bin/python Tests/Bench/endpoint.py --seconds '$(SECONDS)'

bench-metrics: bench-programs ## the web node's /metrics of DEVICES=200 beside nginx with the same bytes, for SECONDS=60
	@.venv/bin/python Tests/Bench/web_metrics.py --seconds '$(SECONDS)' --devices '$(DEVICES)'

bench-graph: bench-programs ## /graph.png against librrd in one process and /api/v1/series, 5 min to 5 y, for SECONDS=60
	@.venv/bin/python Tests/Bench/graph.py --seconds '$(SECONDS)'

bench-trafmon: bench-programs ## pictures and volumes beside mt-trafmon's approach, for SECONDS=60
	@.venv/bin/python Tests/Bench/trafmon.py --seconds '$(SECONDS)'

bench-writes: bench-programs ## archives written, beside a C loop over librrd, for SECONDS=60
	@.venv/bin/python Tests/Bench/archive_rate.py --seconds '$(SECONDS)'

bench-page: bench-programs ## first paint of overview and graph in Chromium, what they load, and how long their scripts work
	@.venv/bin/python Tests/Bench/paint.py

bench-stream: bench-programs ## CLIENTS=500 live streams on a web node and ten that read nothing, for SECONDS=60
	@.venv/bin/python Tests/Bench/stream.py --seconds '$(SECONDS)' --clients '$(CLIENTS)'

clean: ## remove everything that was built, installed below the folder, or left by tests and the demo
	rm -rf .build .build-* .ci-artifacts .demo .venv
