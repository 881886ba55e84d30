# Packages, and what a release is made of. docs/release.md says how to make one.

.PHONY: wheel deb release build-requirements

wheel: setup executor-jit executor-v3 scroll ## the wheel with contracts and executor, in dist/
	@$(MAKE) --no-print-directory --silent executor
	@$(PYTHON) scripts/build_package.py wheel
	@$(PYTHON) -c 'import sys; sys.path[:0] = ["scripts"]; import build_deb; build_deb.locked(build_deb.ROOT / "dist")'

deb: wheel ## the Debian package, in dist/
	@$(PYTHON) scripts/build_deb.py dist/attestor-*.whl dist/requirements.txt dist

# Everything that a release has to pass is in docs/release.md.
release: setup executor-jit executor-v3 scroll ## all packages, built twice and compared, and an SBOM
	@$(MAKE) --no-print-directory --silent executor
	@$(PYTHON) scripts/release.py

build-requirements: .venv/.ready ## write the hashes of what builds the package
	@.venv/bin/uv pip compile --quiet --generate-hashes --no-header --no-annotate \
		--no-emit-index-url scripts/build-requirements.in -o scripts/build-requirements.txt
