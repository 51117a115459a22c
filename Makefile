.PHONY: build test check bench

build:
	go build -trimpath -o proto .

test:
	go test ./...

check:
	bash .ci/run

bench:
	go test -run '^$$' -bench . ./wire
