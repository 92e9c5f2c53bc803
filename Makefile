# The targets that a user or developer needs; `make help` lists them.

# Records of `make soak`.
SOAK ?= 10000000

PLUGIN := target/release/flb-filter_cloudflare_dns.so

.DEFAULT_GOAL := build

.PHONY: build
build: ## Build the plugin: target/release/flb-filter_cloudflare_dns.so
	cargo build --release --lib --locked
	cp -f target/release/libflb_filter_cloudflare_dns.so $(PLUGIN)

.PHONY: demo
demo: export CARGO_TERM_QUIET = true
demo: demo-deps build ## Install what is missing, build, and show five Cloudflare records before and after
	@examples/demo.sh

.PHONY: demo-all
demo-all: export CARGO_TERM_QUIET = true
demo-all: demo-deps build ## Show every record of examples/batch.ndjson before and after
	@examples/demo.sh examples/batch.ndjson

.PHONY: test
test: deps notices build ## Run all tests: library, C harness, and each Fluent Bit in FLUENT_BIT or on PATH
	cargo test --locked
	FLB_PLUGIN=$(PLUGIN) cargo test --locked --test harness -- hardening stack system_calls instructions

.PHONY: soak
soak: deps build ## Run the long form of the endurance tests: SOAK=<records>, in each Fluent Bit
	SOAK=$(SOAK) FLB_PLUGIN=$(PLUGIN) cargo test --locked --test fluent_bit soak

.PHONY: memcheck
memcheck: deps build ## Run every test of the C harness under valgrind's memcheck, on the built file
	MEMCHECK=1 FLB_PLUGIN=$(PLUGIN) cargo test --locked --test harness

# The C compiler's runtime serves what rustc instruments, too. The build scripts, which are
# not instrumented, need the target to be named. What the kernel is asked for and how the file is
# built are properties of the plugin without instrumentation.
.PHONY: sanitize
sanitize: deps ## Run the C harness and the plugin with AddressSanitizer
	ASAN_OPTIONS=fast_unwind_on_malloc=0 \
	LSAN_OPTIONS=suppressions=$(CURDIR)/tests/harness/leaks.supp:print_suppressions=0 \
	RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address CFLAGS="-O1 -g -fsanitize=address" \
	CARGO_BUILD_TARGET=$$(rustc -vV | sed -n 's/^host: //p') CARGO_TARGET_DIR=target/sanitize \
	    cargo test --locked --lib --test harness -- \
	    --skip memcheck --skip system_calls --skip hardening --skip stack --skip a_copy_that_was_loaded_before

.PHONY: cargo-mutants
cargo-mutants:
	@command -v cargo-mutants >/dev/null || cargo install --locked cargo-mutants

.PHONY: mutants
mutants: deps cargo-mutants ## Change src/ place by place, and list what no test notices (SHARD=0/14, FILES='src/source/**')
	tests/mutants.py

.PHONY: cargo-deny
cargo-deny:
	@command -v cargo-deny >/dev/null || cargo install --locked cargo-deny

.PHONY: deny
deny: cargo-deny ## Check the licences, the sources and the versions of all packages (deny.toml)
	cargo deny --all-features --locked check bans licenses sources

.PHONY: advisories
advisories: cargo-deny ## Check all packages against RustSec's advisories, which are fetched from GitHub
	cargo deny --all-features --locked check advisories

.PHONY: notices
notices: ## Check that every crate in the plugin has its licence text for the packages
	packaging/notices.py --check x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu

.PHONY: lint
lint: ## Check the formatting, and run clippy with warnings as errors
	cargo fmt --check
	cargo clippy --all-targets --all-features --locked -- -D warnings

.PHONY: kubernetes
kubernetes: deps ## Check examples/kubernetes/ against the schemas of Kubernetes
	python3 -m venv target/kubernetes
	target/kubernetes/bin/pip install --quiet --disable-pip-version-check kubernetes-validate==1.37.0
	target/kubernetes/bin/kubernetes-validate --strict examples/kubernetes/fluent-bit.yaml

.PHONY: deps
deps: ## Install the Debian packages that building and testing need
	@tests/install-packages.sh test

.PHONY: demo-deps
demo-deps: ## Install the Debian packages that building and the demonstration need
	@tests/install-packages.sh demo

.PHONY: readme
readme: ## Write the tables of README and docs/mapping.md anew from the code
	UPDATE_README=1 cargo test --locked --test readme

.PHONY: bench
bench: build ## Compare the cost of the filter with the least possible, and with its peers
	cargo run --release --locked --features vrl --manifest-path benches/Cargo.toml

.PHONY: bench-pipeline
bench-pipeline: build ## Measure what the filter and others add to a record in the real Fluent Bit (FLUENT_BIT)
	benches/pipeline.py

.PHONY: chart
chart: ## Draw docs/cost.svg from the tables of docs/performance.md
	benches/chart.py >docs/cost.svg

.PHONY: fuzz
fuzz: SECONDS ?= 60
fuzz: deps ## Replay the corpus, then fuzz each target for SECONDS (60), JOBS (the processors) at once
	cargo test --locked --no-default-features --manifest-path fuzz/Cargo.toml
	fuzz/run.sh $(SECONDS) $(TARGETS)

.PHONY: fuzz-coverage
fuzz-coverage: deps ## Print how much of src/ the corpus and what fuzzing found here cover
	fuzz/coverage.sh

.PHONY: dist
dist: ## Make the packages in dist/: tar.gz, .deb, .rpm, bill of materials, SHA256SUMS (ARCH=aarch64)
	@tests/install-packages.sh dist
	packaging/dist.sh
	tests/packages/check.sh

.PHONY: dist-check
dist-check: dist ## Make the packages a second time in another directory, and compare the bytes
	tests/packages/reproducible.sh

.PHONY: dist-test
dist-test: deps dist ## Run the tests of the plugin's file on the packaged one
	tests/packages/suite.sh

.PHONY: deb-test
deb-test: dist ## Install, upgrade and remove the .deb in a fresh Debian (SUITES="bullseye trixie"; root)
	tests/packages/deb.sh

.PHONY: fresh-debian
fresh-debian: ## Run README's two commands in fresh Debians (SYSTEMS="trixie:debian bookworm:newest"; root)
	@tests/install-packages.sh fresh
	tests/debian/fresh.sh

.PHONY: arm64-test
arm64-test: ## Build for arm64 in a fresh Debian 13, and run the tests and the C harness under qemu (root)
	@tests/install-packages.sh fresh
	tests/debian/arm64.sh

.PHONY: clean
clean: ## Remove everything that was built
	cargo clean
	rm -rf dist

.PHONY: help
help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18
