# Packhouse. make run needs only Go; make test installs what else it needs.
.DEFAULT_GOAL := help
SHELL := /bin/bash

# The real data that make test-data replays.
DATA_SAMPLES ?= ../shared/data

RELEASE := $(shell git describe --tags --always --dirty 2>/dev/null)
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: help run test test-data bench gen lint build cross clean

help: ## show this
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

run: ## build and start with the demonstration company
	@go build -o bin/oms ./cmd/oms
	@LOG_LEVEL=$${LOG_LEVEL:-warn} ./bin/oms serve --demo

test: ## install what is missing and run every test
	@.ci/install
	go vet ./...
	GOOS=darwin go vet ./internal/pgrun/...
	GOOS=windows go vet ./internal/pgrun/...
	go test -timeout 20m ./...

test-data: ## run the tests over the real data in DATA_SAMPLES
	@.ci/install
	@test -d "$(DATA_SAMPLES)" || { echo "no data in DATA_SAMPLES=$(DATA_SAMPLES)" >&2; exit 1; }
	DATA_SAMPLES="$(abspath $(DATA_SAMPLES))" go test -tags data -timeout 30m $$(grep -rl --include='*_test.go' '^//go:build data' cmd internal web | xargs -n1 dirname | sort -u | sed 's|^|./|')

bench: ## print how fast it is on this machine
	@go build -o bin/oms ./cmd/oms
	@go test -tags bench -run . -timeout 60m -v ./internal/bench

gen: ## write everything that is generated
	go tool templ generate
	go run ./cmd/oms help config > docs/configuration.md
	UPDATE=1 go test ./internal/access -run Document

lint: ## formatting, vet and staticcheck
	@test -z "$$(gofmt -l cmd internal web migrations)" || { gofmt -l cmd internal web migrations; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...

build: ## the static binary for this system
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.release=$(RELEASE)" -o bin/oms ./cmd/oms

cross: ## the binaries for all systems
	CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go build -trimpath -ldflags "-s -w -X main.release=$(RELEASE)" -o bin/oms-linux-amd64 ./cmd/oms
	CGO_ENABLED=0 GOOS=linux GOARCH=arm64 go build -trimpath -ldflags "-s -w -X main.release=$(RELEASE)" -o bin/oms-linux-arm64 ./cmd/oms
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 go build -trimpath -ldflags "-s -w -X main.release=$(RELEASE)" -o bin/oms-darwin-arm64 ./cmd/oms
	CGO_ENABLED=0 GOOS=windows GOARCH=amd64 go build -trimpath -ldflags "-s -w -X main.release=$(RELEASE)" -o bin/oms-windows-amd64.exe ./cmd/oms

clean: ## remove what was built
	rm -rf bin
