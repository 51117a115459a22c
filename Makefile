.PHONY: build test check bench dist dist-check

build:
	go build -trimpath -o proto .

test:
	go test ./...

check:
	bash .ci/run

bench:
	go test -run '^$$' -bench . ./wire

dist:
	.ci/dist dist

# Builds it again elsewhere and compares; tries the package, which needs root.
dist-check: dist
	.ci/dist-check dist
	lintian --allow-root --fail-on error,warning dist/*.deb
	.ci/try-deb dist/*_amd64.deb
