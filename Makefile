# Session Room. Needs Python 3.11 or newer and npm; installs everything else itself.
.DEFAULT_GOAL := help
.PHONY: help dev clean check test bench networks recorded browsers pins messages wrangler secrets deploy rollback reminders-status recordings-status \
	recordings-retry

# Runs a tool with a Python that is new enough. `exec` replaces the shell, so that signals reach the tool.
run = @python=$$(sh tools/find_python.sh) && exec "$$python" -m

##@ Run
help: ## List these targets
	@awk -F ':.*## ' '/^##@ /{printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## /{printf "  %-18s %s\n", $$1, $$2}' Makefile

dev: ## Run at http://localhost:8787 with demo data (PORT=..., and any setting NAME=value)
	$(run) tools.dev

clean: ## Delete everything that these targets have made, local data included
	rm -rf .cache .venv .venv-workers .wrangler node_modules python_modules pylock.toml
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache
	rm -rf public/js/vendor public/js/words/made src/i18n/made wrangler.*.json
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

##@ Check
check: ## Run the linters, the format check and the type checkers
	$(run) tools.check

test: ## Run `check` and all tests: unit, worker (real workerd), browsers, networks
	$(run) tools.test

bench: ## Measure performance into docs/performance.md (ONLY=pages,rooms,..., MINUTES=... of load)
	$(run) tools.bench

networks: ## Measure calls through NATs, firewalls and outages into docs/networks.md (Linux, root; ONLY=...)
	$(run) tools.networks

recorded: ## Record lessons of minutes, kill browsers and networks, into docs/recordings.md (ONLY=...)
	$(run) tools.recorded

browsers: ## Run the tests in Firefox and WebKit, and write their results into docs/browsers.md
	$(run) tools.browsers

pins: ## Pin all Python packages in requirements/*.txt (UPGRADE=1: the newest versions)
	$(run) tools.pins

messages: ## Bring the catalogues in locales/ up to date with the sources (docs/translating.md)
	@python=$$(sh tools/find_python.sh) && "$$python" -m tools.setup check && exec .venv/bin/python -m tools.messages

##@ Deploy
wrangler: ## Run the pinned wrangler, e.g. RUN="login" or RUN="secret put NAME" (ENV=...)
	$(run) tools.node $(RUN)

secrets: ## Show which of the Worker's secrets are set (ENV=staging, else production)
	$(run) tools.secrets_status

deploy: ## Upload, migrate, deploy and check the health (ENV=staging, else production)
	$(run) tools.deploy

rollback: ## Deploy the previous release, also in open rooms (ENV=..., VERSION=id)
	$(run) tools.deploy rollback

##@ Operate
reminders-status: ## Show the state of all mail (ENV=..., or WHERE=local for `make dev`)
	$(run) tools.reminders_status

recordings-status: ## List recordings that are not ready (PUBLIC_URL, PLATFORM_TOKEN; else `make dev`)
	$(run) tools.recordings status

recordings-retry: ## Retry a failed recording: ID=...
	$(run) tools.recordings retry "$(ID)"
