# Bare "make" lists what there is.

GO       ?= go
BIN      := bin/gocached
ARGS     ?=
FUZZTIME ?= 10s
BENCHTIME ?= 200ms
SEEDS    ?= 10000
START    ?= 1
BENCHSTAT := golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.8.0

# As memcached does, gocached refuses to run as root unless it is told whose rights to take.
USERFLAG := $(if $(filter 0,$(shell id -u)),-u nobody)

# The binary begins with a look at limits under which Go would end with a trace (cmd/gocached/early_amd64.go), and knows
# the commit that it was built from.
EARLY  := $(if $(filter amd64,$(shell $(GO) env GOARCH)),-E main.early)
COMMIT := $(shell git describe --always --dirty --abbrev=40 --exclude '*' 2>/dev/null)

# A pipe fails if its first part does.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c

.DEFAULT_GOAL := help
.PHONY: help build run test race check fuzz lint fmt bench hits microbench benchstat limits simulate golden conformance suite clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | \
		while IFS='|' read -r name text; do printf '%-15s %s\n' "$$name" "$$text"; done

build: ## build bin/gocached, which needs no libraries
	CGO_ENABLED=0 $(GO) build -ldflags "$(EARLY) $(COMMIT:%=-X main.builtFrom=%)" -o $(BIN) ./cmd/gocached

run: build ## build it and run it in the foreground; ARGS="-m 256 -vv" are its flags
	@echo "It serves on port 11211 of every address, without a password$(if $(ARGS), (unless -p or -l or -s says otherwise))."
	@echo "Ctrl-C stops it. To try it: telnet localhost 11211"
	./$(BIN) $(USERFLAG) $(ARGS)

test: ## run all tests; needs nothing but Go
	$(GO) test ./...

race: ## run the tests under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -short -timeout 25m ./...

check: ## run the tests of items and server in a build that looks for damage in itself again and again, and with another policy
	$(GO) test -tags gocachedcheck -short -timeout 25m ./engine/... ./slab ./lru ./assoc ./server
	$(GO) test -tags gocachedcheck -short ./engine/memory -lru s3fifo
	$(GO) test -tags gocachedcheck -short ./engine/memory -lru value

fuzz: ## run every fuzz target for FUZZTIME (10s); FUZZTIME=1m for longer
	GO="$(GO)" scripts/fuzz.sh $(FUZZTIME)

lint: ## check formatting, go vet, staticcheck, import layers, known vulnerabilities
	GO="$(GO)" scripts/lint.sh $(STATICCHECK) $(GOVULNCHECK)

fmt: ## format all Go files
	gofmt -w $$(git ls-files '*.go')

bench: build ## measure the standard loads on gocached, memcached and PEERS="NAME=PROGRAM ..." into bench/RESULTS.md; SHORT=1 takes a minute
	@GO="$(GO)" ROUNDS="$(ROUNDS)" SECONDS_A_TURN="$(SECONDS_A_TURN)" SHORT="$(SHORT)" ONLY="$(ONLY)" OUT="$(OUT)" \
		scripts/bench.sh $(BIN) $(PEERS)

hits: build ## compare hit ratios and memory with memcached and PEERS="NAME=PROGRAM ..." into docs/memory.md; TRACE=file adds a trace; SHORT=1 takes a minute
	@GO="$(GO)" TRACE="$(TRACE)" SEED="$(SEED)" SHORT="$(SHORT)" ONLY="$(ONLY)" OUT="$(OUT)" scripts/hits.sh $(BIN) $(PEERS)

microbench: ## run the Go benchmarks, BENCHTIME (200ms) each
	$(GO) test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) ./...

benchstat: ## compare the Go benchmarks of two commits: OLD=<commit> [NEW=<commit>] [BENCH=regexp] [COUNT=10] [PACKAGES=./engine/...]
	@GO="$(GO)" BENCH="$(BENCH)" COUNT="$(COUNT)" PACKAGES="$(PACKAGES)" BENCHTIME="$(BENCHTIME)" CPU="$(CPU)" \
		scripts/benchstat.sh $(BENCHSTAT) "$(OLD)" "$(NEW)"

simulate: ## play SEEDS (10000) worlds of the seeded simulation from START (1) on, and show what happened in them
	$(GO) test ./server -run '^TestSimulation$$' -count=1 -timeout 0 -v -sim.seeds $(SEEDS) -sim.start $(START)

limits: build ## attack it and hold the costs against bounds, beside the memcached in PATH; ARGS=--short takes three minutes
	$(GO) run ./bench/limits $(ARGS) $(BIN)

golden: ## replay the recorded conversations with memcached against gocached
	$(GO) test ./cmd/gocached -run '^TestGolden$$' -count=1 -v | grep -v -e '^=== ' -e '--- PASS: TestGolden/'

conformance: build ## check gocached with the clients and tools of memcached; DALLI is the source of dalli 5, to run that as well
	GO="$(GO)" DALLI="$(DALLI)" scripts/conformance.sh $(BIN)

suite: build ## run memcached 1.4.5's own tests against gocached; TREE is memcached's source, built
	scripts/suite.sh $(BIN) $(TREE)

clean: ## remove what was built
	rm -rf bin
