.PHONY: test
test:
	cargo test -p domain -p store -p services
