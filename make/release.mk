# Packages, and what a release is made of. docs/release.md says how to make one.

.PHONY: wheel build-requirements

wheel: setup executor-jit scroll ## the wheel with contracts and executor, and what it needs, in dist/
	@$(MAKE) --no-print-directory --silent executor
	@$(PYTHON) scripts/build_package.py wheel
	@.venv/bin/uv export --quiet --frozen --extra daemon --no-dev --no-emit-project --no-annotate \
		--no-header --output-file dist/requirements.txt

build-requirements: .venv/.ready ## write the hashes of what builds the package
	@.venv/bin/uv pip compile --quiet --generate-hashes --no-header --no-annotate \
		--no-emit-index-url scripts/build-requirements.in -o scripts/build-requirements.txt
