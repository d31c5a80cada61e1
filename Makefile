# Every check that .ci/run makes is a target here.
GO       ?= go
VERSION  := $(shell git describe --always --dirty --tags 2>/dev/null || echo unknown)
LDFLAGS  := -X github.com/nngmix/nngmix/cmd/nngmix/internal/cli.version=$(VERSION)
PORTABLE := ./simd/... ./exact/... ./ann/... ./planner/... ./generator/... ./internal/xrand/...
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: help build cloud demo test test-purego test-levels test-race test-arm64 \
	generate generate-check fmt-check vet staticcheck cross fuzz mutate soak peers cloud-test bench bench-ann bench-detect bench-scale bench-table ci clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

build: ## build bin/nngmix
	$(GO) build -ldflags "$(LDFLAGS)" -o bin/nngmix ./cmd/nngmix

cloud: ## build bin/nngmix-cloud, which has the drivers of s3://, gs:// and azblob://
	cd cmd/nngmix/nngmix-cloud && $(GO) build -ldflags "$(LDFLAGS)" -o ../../../bin/nngmix-cloud .

demo: build ## write a table of 200,000 rows, make pseudo-anomalies from it, say where they are
	mkdir -p demo
	bin/nngmix synth --rows 200000 --seed 1 --out demo/payments.csv --force
	bin/nngmix generate --in demo/payments.csv --label is_fraud --out demo/augmented.csv \
		--multiplier 10 --seed 1 --append --provenance --report demo/report.json --force
	bin/nngmix plot --in demo/payments.csv --label is_fraud --pseudo demo/augmented.csv \
		--out demo/payments.png --seed 1 --force
	@echo "input: demo/payments.csv  output: demo/augmented.csv  report: demo/report.json  picture: demo/payments.png"

test: ## run the tests
	$(GO) test ./...

test-purego: ## the portable kernels alone
	$(GO) test -short -timeout 20m -tags purego $(PORTABLE)

test-levels: build ## every instruction set this machine has
	@for level in $$(bin/nngmix version --levels); do \
		echo "NNGMIX_SIMD=$$level"; NNGMIX_SIMD=$$level $(GO) test -short $(PORTABLE) || exit 1; done

test-race: ## the race detector
	$(GO) test -race -short -timeout 20m ./...

test-arm64: ## NEON, under qemu-user-static; the real sets are for native runs
	NNGMIX_DATA=none GOARCH=arm64 $(GO) test -short -timeout 20m -exec qemu-aarch64-static $(PORTABLE)

generate: ## write the assembly again
	$(GO) generate ./simd

generate-check: generate ## fail when the committed assembly is not what the generator writes
	@git diff --exit-code -- simd || { echo "simd/ is not what simd/gen writes: run make generate and commit"; exit 1; }

fmt-check: ## fail when gofmt would change a file
	@files=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$files" ] || { echo "gofmt would change:"; echo "$$files"; exit 1; }

vet: ## go vet, for amd64, arm64, Windows and 32 bits, and of the generator; go.mod is tidy
	$(GO) mod tidy -diff
	$(GO) vet ./...
	GOARCH=arm64 $(GO) vet ./...
	GOOS=windows $(GO) vet ./...
	GOARCH=386 $(GO) vet ./...
	cd simd/gen && $(GO) vet ./...
	cd cmd/nngmix/nngmix-cloud && $(GO) vet ./...

staticcheck: ## staticcheck
	$(GO) run $(STATICCHECK) ./...

cross: ## build for Windows, macOS, 386 and others
	@for target in windows/amd64 darwin/arm64 linux/386 linux/riscv64 linux/s390x; do echo "$$target"; \
		GOOS=$${target%/*} GOARCH=$${target#*/} $(GO) build -o /dev/null ./... || exit 1; done

fuzz: ## every fuzz target for a fixed number of runs
	@for pkg in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime 20000x $$pkg || exit 1; done; done

MUTATIONS ?= 10000
mutate: ## damage small files of every format, MUTATIONS times each, and read them in processes of bounded memory
	$(GO) test -count=1 -timeout 60m -run '^TestDamaged(Files|Input)$$' -v ./internal/table/mutate ./cmd/nngmix -mutations $(MUTATIONS)

SOAK ?= 1h
soak: ## eight goroutines use one index for SOAK, with a model beside them, under the race detector
	$(GO) run -race ./bench/soak --for $(SOAK)

PEERS        ?= $(HOME)/.cache/nngmix/peers
REQUIREMENTS := internal/table/testdata/conformance/requirements.txt
peers: $(PEERS)/installed ## pyarrow, pandas, Polars and DuckDB read what nngmix writes; PEERS is where they are installed
	NNGMIX_PEERS=$(PEERS)/bin/python $(GO) test -count=1 -run '^TestPeers$$' -v ./cmd/nngmix

$(PEERS)/installed: $(REQUIREMENTS)
	python3 -m venv --clear $(PEERS)
	for try in 1 2 3; do $(PEERS)/bin/pip install -q --disable-pip-version-check -r $< && touch $@ && exit 0; sleep 5; done; exit 1

SERVERS ?= $(HOME)/.cache/nngmix/servers
cloud-test: $(SERVERS)/installed ## nngmix-cloud against stores on this machine; SERVERS is where they are installed
	cd cmd/nngmix/nngmix-cloud && NNGMIX_CLOUD_SERVERS=$(SERVERS) $(GO) test -count=1 ./...

$(SERVERS)/installed: cmd/nngmix/nngmix-cloud/install-servers cmd/nngmix/nngmix-cloud/go.mod
	GO=$(GO) sh cmd/nngmix/nngmix-cloud/install-servers $(SERVERS)

bench: build ## neighbor search and generation against scipy, scikit-learn, faiss and the reference's loop; the command; kernels
	$(GO) run ./bench/search
	$(GO) run ./bench/generate
	$(GO) run ./bench/cli
	$(GO) test -run '^$$' -bench 'Tile|Gather' ./simd

ANN_FLAGS ?=
bench-ann: ## the graph index against hnswlib, faiss, usearch, weaviate and coder/hnsw; ANN_FLAGS="--sets celeba --out DIR"
	$(GO) run ./bench/ann $(ANN_FLAGS)

bench-detect: ## training of the neural detectors against scikit-learn and PyTorch
	$(GO) run ./bench/detect

SCALE ?= $(HOME)/.cache/nngmix/scale
SCALE_FLAGS ?=
bench-scale: build $(SCALE)/installed ## generate on tables beyond memory; SCALE_FLAGS="--rows 1000000,100000000 --memory 1GB"
	NNGMIX_PEERS=$(SCALE)/bin/python $(GO) run ./bench/scale $(SCALE_FLAGS)

$(SCALE)/installed: bench/scale/requirements.txt
	python3 -m venv --clear $(SCALE)
	for try in 1 2 3; do $(SCALE)/bin/pip install -q --disable-pip-version-check -r $< && touch $@ && exit 0; sleep 5; done; exit 1

bench-table: $(PEERS)/installed ## reading of a million rows in every format, against Polars, pyarrow and DuckDB
	NNGMIX_PEERS=$(PEERS)/bin/python $(GO) run ./bench/table

ci: fmt-check vet staticcheck cross generate-check test-purego test-levels test-race test-arm64 ## all checks but the tests

clean: ## remove what was built
	rm -rf bin demo
