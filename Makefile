# The targets that a user or developer needs; `make help` lists them.

PLUGIN := target/release/flb-filter_cloudflare_dns.so
CARGO_OUTPUT := target/release/libflb_filter_cloudflare_dns.so

.PHONY: build
build: ## Build the plugin: target/release/flb-filter_cloudflare_dns.so
	cargo build --release --lib --locked
	cp -f $(CARGO_OUTPUT) $(PLUGIN)

.PHONY: help
help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

.DEFAULT_GOAL := build
