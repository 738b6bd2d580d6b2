# The front door: `make help` says what there is. Meson and Ninja do the work underneath.

BUILD ?= build
PREFIX ?= /usr/local
LIBDIR ?= lib
DESTDIR ?=
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60
MESON ?= meson
NINJA ?= ninja
# The distribution's Python, which has the packages that scripts/setup.sh installs.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)

ASAN := $(BUILD)-asan
CLANG := $(BUILD)-clang
FUZZ := $(BUILD)-fuzz
RUN := $(PYTHON) scripts/check.py --build $(BUILD) --jobs $(JOBS)

# Folders join the build with their first meson.build: a new one means to configure again.
LAYOUT := $(wildcard meson.build meson_options.txt src/meson.build src/*/meson.build src/*/*/meson.build \
	tests/meson.build tests/*/meson.build tests/*/*/meson.build fuzz/meson.build fuzz/replay.c docs/schema-1.json)

SANITIZE := --werror -Db_sanitize=address,undefined -Doptimization=1 -Db_lto=false \
	-Db_lundef=false -Dstatic_program=false -Dlibraries=false -Ddebug_arena=true

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PHONY: all asan clang fuzzers install check check-quick check-oracle check-windows check-corpus fuzz bench \
	demo clean help setup setup-test

all: setup $(BUILD)/build.ninja ## build dlwhy, libdlwhy.a and libdlwhy.so in build/
	@$(NINJA) -C $(BUILD) -j $(JOBS) $(NINJAFLAGS)

setup:
	@scripts/setup.sh build

setup-test:
	@scripts/setup.sh test

# $(call configure,DIR,OPTIONS): a fresh folder is set up, an old one told of new folders.
configure = @if [ -f $(1)/build.ninja ]; then $(MESON) setup --reconfigure $(1) >$(1)/setup.log; \
	else mkdir -p $(1) && $(MESON) setup $(1) $(2) >$(1)/setup.log; fi || \
	{ cat $(1)/setup.log; exit 1; }

$(BUILD)/build.ninja: $(LAYOUT) | setup
	$(call configure,$(BUILD),--prefix $(PREFIX) --libdir $(LIBDIR))

$(ASAN)/build.ninja: $(LAYOUT) | setup-test
	$(call configure,$(ASAN),$(SANITIZE) -Dtests=true -Dfuzz=replay)

# Only its warnings are wanted.
$(CLANG)/build.ninja: $(LAYOUT) | setup-test
	$(call configure,$(CLANG),--werror -Doptimization=0 -Db_lto=false -Dstatic_program=false \
		-Dtests=true -Dfuzz=replay --native-file scripts/clang.ini)

$(FUZZ)/build.ninja: $(LAYOUT) | setup-test
	$(call configure,$(FUZZ),$(SANITIZE) -Dfuzz=libfuzzer --native-file scripts/clang.ini)

asan: $(ASAN)/build.ninja ## build the program and the unit tests with sanitizers, in build-asan/
	@$(NINJA) -C $(ASAN) -j $(JOBS) $(NINJAFLAGS)

clang: $(CLANG)/build.ninja ## build everything with clang, warnings being errors, in build-clang/
	@$(NINJA) -C $(CLANG) -j $(JOBS) $(NINJAFLAGS)

fuzzers: $(FUZZ)/build.ninja ## build the fuzz targets, in build-fuzz/
	@$(NINJA) -C $(FUZZ) -j $(JOBS) $(NINJAFLAGS)

install: all ## install under $(DESTDIR)$(PREFIX)
	@$(MESON) configure $(BUILD) --prefix $(PREFIX) --libdir $(LIBDIR)
	@DESTDIR=$(DESTDIR) $(MESON) install -C $(BUILD) --quiet

check: setup-test ## every test; the last line counts them
	@$(RUN) all

check-quick: setup-test ## the tests that take less than a minute together
	@$(RUN) quick

check-oracle: setup-test all ## compare with the real loader of this machine
	@[ -d $(BUILD)/glibc ] || tests/oracle/fetch-glibc.sh $(BUILD)/glibc >/dev/null || true
	@[ -d $(BUILD)/musl ] || tests/oracle/fetch-glibc.sh $(BUILD)/musl musl >/dev/null || true
	@DLWHY=$(abspath $(BUILD))/dlwhy $(PYTHON) tests/oracle/run.py --trees 2000 --roots $(BUILD)/glibc \
		--musl-roots $(BUILD)/musl

check-windows: all ## compare with wine's loader: experiments, random trees of DLLs (installs wine)
	@scripts/setup.sh windows
	@DLWHY=$(abspath $(BUILD))/dlwhy $(PYTHON) tests/oracle/windows_experiments.py
	@DLWHY=$(abspath $(BUILD))/dlwhy $(PYTHON) tests/oracle/windows.py --trees 200 --mingw 200
	@DLWHY=$(abspath $(BUILD))/dlwhy $(PYTHON) tests/oracle/windows_order.py

check-corpus: setup-test all asan ## analyse real packages and compare with the real loader
	@DLWHY=$(abspath $(BUILD))/dlwhy $(PYTHON) tests/corpus/run.py --build $(BUILD)
	@DLWHY=$(abspath $(BUILD))/dlwhy $(PYTHON) tests/corpus/gpu.py --build $(BUILD)
	@DLWHY=$(abspath $(BUILD))/dlwhy $(PYTHON) tests/corpus/windows.py --build $(BUILD)
	@DLWHY=$(abspath $(BUILD))/dlwhy $(PYTHON) tests/corpus/imports.py --build $(BUILD)
	@DLWHY=$(abspath $(BUILD))/dlwhy $(PYTHON) tests/corpus/founding.py --build $(BUILD)
	@DLWHY=$(abspath $(BUILD))/dlwhy $(PYTHON) tests/corpus/broken.py --build $(BUILD)
	@DLWHY=$(abspath $(BUILD))/dlwhy $(PYTHON) tests/corpus/verify.py --build $(BUILD)
	@DLWHY=$(abspath $(BUILD))/dlwhy $(PYTHON) tests/corpus/packages.py --build $(BUILD)
	@DLWHY=$(abspath $(BUILD))/dlwhy $(PYTHON) tests/builds/run.py --seeds 3
	@DLWHY=$(abspath $(BUILD))/dlwhy $(PYTHON) tests/corpus/links.py --build $(BUILD)
	@$(PYTHON) tests/corpus/macho.py --build $(BUILD) --sanitized $(ASAN)
	@$(PYTHON) tests/repair/corpus.py --build $(BUILD)
	@DLWHY=$(abspath $(BUILD))/dlwhy DLWHY_BUILD=$(abspath $(BUILD)) DLWHY_ALL=1 \
		$(PYTHON) -m pytest -q -p no:cacheprovider tests/verb/test_fix.py tests/message tests/oracle
	@DLWHY=$(abspath $(ASAN))/dlwhy DLWHY_BUILD=$(abspath $(ASAN)) DLWHY_ALL=1 \
		$(PYTHON) -m pytest -q -p no:cacheprovider tests/python tests/build
	@$(RUN) tidy --nodes 225000

fuzz: fuzzers ## fuzz each target for FUZZ_SECONDS (60)
	@$(RUN) fuzz --seconds $(FUZZ_SECONDS)

bench: all ## measure speed side by side with other tools
	@DLWHY=$(abspath $(BUILD))/dlwhy $(PYTHON) bench/run.py

demo: ## explain a real library that does not load
	@scripts/demo.sh

clean: ## remove everything that was built
	@rm -rf $(BUILD) $(ASAN) $(CLANG) $(FUZZ)

help: ## this text
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | \
		while IFS='|' read -r name text; do printf '%-20s %s\n' "$$name" "$$text"; done
