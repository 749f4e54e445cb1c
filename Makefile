# Everything CI does is here; .ci/run only installs what a clean machine lacks.
GO ?= go

.PHONY: run test check bench release

run: ## build the fictitious city and open it
	$(GO) run ./cmd/ballast demo

test: ## every test; parts whose server or browser is absent say "not run"
	@scripts/with-postgres $(GO) test -timeout 20m ./...

check: ## what a reviewer would otherwise have to say
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo 'run gofmt on:'; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) run ./cmd/ballast pack check packs/pingxiang
	$(GO) run ./cmd/ballast pack test packs/pingxiang
	$(GO) run ./cmd/ballast pack check packs/examples
	$(GO) run ./cmd/ballast pack test packs/examples

bench: ## the benchmarks behind every figure in the documents
	$(GO) test -run '^$$' -bench . -benchmem ./composite ./hj212 ./internal/rule ./internal/sheet ./uscc

release: ## static binaries for the machines a bureau has
	@mkdir -p dist
	@for t in linux/amd64 linux/arm64 windows/amd64; do \
	  os=$${t%/*}; arch=$${t#*/}; ext=; [ $$os = windows ] && ext=.exe; \
	  echo "dist/ballast-$$os-$$arch$$ext"; \
	  CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch $(GO) build -trimpath -ldflags '-s -w' -o dist/ballast-$$os-$$arch$$ext ./cmd/ballast || exit 1; \
	done
