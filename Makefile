# run · test · check · bench: each does its own set-up, says what it is doing, and repeats nothing that is done already.
# Nothing but Rust, node and npm has to be there; what the tests need beside them, end2end/setup.sh installs.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

TOOLS := target/tools
CARGO_DENY := $(TOOLS)/bin/cargo-deny
# What `make bench` measures, all by default: a scale, engines and parts, such as BENCH='1 sqlite submit'.
BENCH ?= 1
# How many acknowledged operations `make faults` waits for on each engine, and which: FAULTS='2000 sqlite'.
FAULTS ?= 20000
# What runs on this machine: all but the interface, and the bench, which is built for release only.
NATIVE := --workspace --exclude frontend --exclude bench --exclude faults
say = @printf '\n▸ %s\n'

.PHONY: help run build site wasm-target test check bench faults setup format clippy deny unit journeys

help:
	@echo 'make run     builds, and serves on http://127.0.0.1:3000 with the demonstration of Yunnan (data in ./data)'
	@echo 'make test    every check and every test, on both database engines and in Chromium: what CI runs'
	@echo 'make check   formatting, clippy and unit tests: before every commit'
	@echo 'make bench   measures the hot paths of a release build, and writes target/bench.json'
	@echo 'make faults  20,000 operations on each engine through kills, a full disk and a failing network: none lost or doubled'
	@echo 'make build   the release binary (target/release/ranan) and the site (target/site), to be installed together'

run: build
	$(say) 'serving; Ctrl-C ends it'
	@exec target/release/ranan serve --demo

build: site
	$(say) 'building the server'
	@cargo build --release -p server

site: node_modules/.stamp wasm-target
	$(say) 'building the interface'
	@cargo run --quiet -p bundle

wasm-target:
	@rustup target list --installed | grep -qx wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown

test: setup format clippy deny unit journeys
	$(say) 'all passed'

check: format clippy
	$(say) 'unit tests (SQLite only; make test adds PostgreSQL)'
	@cargo test --quiet $(NATIVE)

bench: setup build
	$(say) 'measuring; some ten minutes, most of them seeding'
	@cargo build --release -p bench
	@end2end/postgres.sh run target/release/bench $(BENCH)

faults: setup build
	$(say) 'an honest phone against faults of every kind: kills, a full disk, a network that fails'
	@cargo build --release -p faults
	@end2end/postgres.sh run target/release/faults $(FAULTS)

setup: node_modules/.stamp
	$(say) 'set-up: browser, fonts, PostgreSQL, LibreOffice'
	@end2end/setup.sh

node_modules/.stamp: package-lock.json
	$(say) 'npm packages'
	@npm ci --no-audit --no-fund
	@touch $@

format:
	$(say) 'formatting'
	@cargo fmt --all -- --check

clippy: wasm-target
	$(say) 'clippy'
	@cargo clippy --quiet --workspace --exclude frontend --all-targets -- -D warnings
	@cargo clippy --quiet -p frontend --target wasm32-unknown-unknown -- -D warnings
	@RUSTDOCFLAGS='-D warnings -A rustdoc::private-intra-doc-links' \
	  cargo doc --quiet --no-deps --workspace --exclude frontend --document-private-items

deny: $(CARGO_DENY)
	$(say) 'licences, bans and sources of all crates'
	@$(CARGO_DENY) --workspace check licenses bans sources
	@if $(CARGO_DENY) fetch db 2>/dev/null; then $(CARGO_DENY) --workspace check --disable-fetch advisories; \
	else echo 'deny: the advisory database is out of reach; known advisories were not checked'; fi

$(CARGO_DENY):
	$(say) 'building cargo-deny'
	@cargo install --quiet --locked --root $(TOOLS) cargo-deny --version 0.20.2

unit:
	$(say) 'unit and contract tests, on SQLite and PostgreSQL'
	@end2end/postgres.sh run cargo test $(NATIVE)

journeys: site
	$(say) 'journeys in Chromium, on SQLite and PostgreSQL'
	@cargo build --quiet $(NATIVE)
	@cd end2end && ./postgres.sh run npx playwright test
