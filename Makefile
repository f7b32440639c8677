# Session Room. Needs Python 3.11 or newer and npm; brings everything else itself.
.DEFAULT_GOAL := help
.PHONY: help dev test check bench deploy rollback secrets reminders-status recordings-status recordings-retry \
	wrangler pins clean

# Runs a tool with a Python that is new enough, replacing the shell so that signals reach it.
run = @python=$$(sh tools/find_python.sh) && exec "$$python" -m

help: ## List these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 19

dev: ## Run at http://localhost:8787 with demo data (PORT=..., and any setting NAME=value)
	$(run) tools.dev

test: ## Check, then run all tests: unit, worker (real workerd), browser (real Chromium)
	$(run) tools.test

check: ## Lint, format check, types
	$(run) tools.check

bench: ## Measure the budgets into docs/performance.md (ONLY=pages,rooms,...; MINUTES of load)
	$(run) tools.bench

deploy: ## Check, migrate, deploy, and ask whether it works (ENV=staging, else production)
	$(run) tools.deploy

rollback: ## Put the release before back, also in open rooms (ENV=..., VERSION=id)
	$(run) tools.deploy rollback

reminders-status: ## Say where all mail stands: by state, late, given up (WHERE=local for `make dev`'s)
	$(run) tools.reminders_status

secrets: ## Say which of the Worker's secrets are set (ENV=staging, else production)
	$(run) tools.secrets_status

recordings-status: ## List recordings that are not there yet (PUBLIC_URL, PLATFORM_TOKEN; else make dev's)
	$(run) tools.recordings status

recordings-retry: ## Try a failed recording again: ID=...
	$(run) tools.recordings retry "$(ID)"

wrangler: ## Run the pinned wrangler, e.g. make wrangler RUN="login" or RUN="secret put NAME" (ENV=...)
	$(run) tools.node $(RUN)

pins: ## Pin the newest allowed versions of all Python packages (requirements/*.txt)
	$(run) tools.pins

clean: ## Remove everything that was made here, local data included
	rm -rf .cache .venv .venv-workers .wrangler node_modules python_modules pylock.toml
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
