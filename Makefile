# The targets that a user or developer needs; `make help` lists them.

PLUGIN := target/release/flb-filter_cloudflare_dns.so

.DEFAULT_GOAL := build

.PHONY: build
build: ## Build the plugin: target/release/flb-filter_cloudflare_dns.so
	cargo build --release --lib --locked
	cp -f target/release/libflb_filter_cloudflare_dns.so $(PLUGIN)

.PHONY: demo
demo: demo-deps build ## Install what is missing, build, and show Cloudflare records come out as ECS
	examples/demo.sh

.PHONY: test
test: deps build ## Run all tests: library, C harness, and each Fluent Bit in FLUENT_BIT or on PATH
	cargo test --locked

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
deps: ## Install the Debian packages that building and testing need, when they are missing
	@tests/install-packages.sh test

.PHONY: demo-deps
demo-deps: ## Install the Debian packages that building and the demonstration need
	@tests/install-packages.sh demo

.PHONY: readme
readme: ## Write README's tables anew from the code
	UPDATE_README=1 cargo test --locked --test readme

.PHONY: bench
bench: build ## Compare the filter with the floor and with its peers, as ratios
	cargo run --release --locked --manifest-path benches/Cargo.toml

.PHONY: fuzz
fuzz: SECONDS ?= 60
fuzz: deps ## Replay the corpus, then fuzz each target for SECONDS (60), JOBS (the processors) at once
	cargo test --locked --no-default-features --manifest-path fuzz/Cargo.toml
	fuzz/run.sh $(SECONDS) $(TARGETS)

.PHONY: fuzz-coverage
fuzz-coverage: deps ## Print how much of src/ the corpus covers, and what fuzzing found here
	fuzz/coverage.sh

.PHONY: dist
dist: ## Make the packages in dist/: tar.gz, .deb, .rpm and their SHA256SUMS (ARCH=aarch64 for arm64)
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

.PHONY: clean
clean: ## Remove everything that was built
	cargo clean
	rm -rf dist

.PHONY: help
help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18
