# SPDX-License-Identifier: MIT
# gaishim. `make help` lists the targets; CC, CFLAGS, CPPFLAGS and LDFLAGS are yours, from
# the environment or as arguments. Others than last time build nothing anew: `make clean`
# comes first then. ARCH=arm64 or ARCH=amd64 builds for that architecture; if it is not this
# machine's, by Debian's compiler and libraries for it, and in build/ARCH.

VERSION = 0.1.0
PREFIX = /usr/local
LIBDIR = $(PREFIX)/lib
ARCH =
TRIPLE_amd64 = x86_64-linux-gnu
TRIPLE_arm64 = aarch64-linux-gnu
$(if $(filter-out amd64 arm64,$(ARCH))$(word 2,$(ARCH)),$(error ARCH is amd64 or arm64, not $(ARCH)))
# Empty on a machine of that architecture.
FOREIGN := $(if $(ARCH),$(filter-out $(shell uname -m)-%,$(TRIPLE_$(ARCH))))
BUILD = build$(FOREIGN:%=/$(ARCH))
# Another make in the same directory, `make install` say, keeps what was chosen.
IDN2 ?= $(if $(wildcard $(BUILD)/idn2-shared),shared,static)
SAN =

# refuse_odd NAME,TEXT,SIGNS: with a blank or such a sign make or LD_PRELOAD would take the
# path apart.
EMPTY =
odd = $(if $(findstring $(EMPTY) $(EMPTY),$1)$(word 2,$1),blank,$(firstword $(foreach sign,$2,$(findstring $(sign),$1))))
refuse_odd = $(if $(call odd,$2,$3),$(error $1 must hold no $(call odd,$2,$3): $2))
$(call refuse_odd,the path of these sources,$(CURDIR),: ' " ` \ $$)
$(call refuse_odd,BUILD,$(BUILD),: ' " ` \ $$ % = ; & | < > ( ) * ? [ ] { } ! ~)
$(if $(patsubst -%,,$(BUILD)),,$(error BUILD must not be empty, nor begin with a dash: $(BUILD)))
# $HOME would become OME.
OPEN = (
lone_dollar = $(findstring $$,$(subst $$$(OPEN),,$(subst $${,,$(subst $$$$,,$1))))
$(foreach name,BUILD PREFIX LIBDIR DESTDIR,$(if $(call lone_dollar,$(value $(name))),\
	$(error $(name) has a sign of make's, write $$$$ for it: $(value $(name)))))

# One name for each file: what depends on what is kept by the names.
override BUILD := $(subst :,,$(subst :$(CURDIR)/,,:$(abspath $(BUILD))))

ifeq ($(origin CC),default)
CC = $(or $(FOREIGN:%=%-gcc),cc)
endif
machine_of = $(firstword $(subst -, ,$1))
ifneq ($(ARCH),)
CC_FOR := $(shell $(CC) -dumpmachine 2>/dev/null)
$(if $(filter-out $(call machine_of,$(TRIPLE_$(ARCH))),$(call machine_of,$(CC_FOR))),\
	$(error ARCH=$(ARCH) needs another compiler than CC=$(CC), which is for $(CC_FOR)))
endif
# The compiler may be one for another machine, and only its own tools know what it makes.
tool = $$($(CC) -print-prog-name=$1)
ifeq ($(origin AR),default)
AR = $(call tool,ar)
endif
CFLAGS ?= -O3 -g
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wpointer-arith -Wwrite-strings -Wundef -Wvla

# On arm64 gcc's functions for atomics would ask at load for __getauxval, which musl keeps for
# itself. A compiler for another machine does not know the option.
NO_HELPERS := $(shell $(CC) -Werror -mno-outline-atomics -E -x c /dev/null >/dev/null 2>&1 && echo -mno-outline-atomics)

ALL_CPPFLAGS = $(CPPFLAGS) -D_GNU_SOURCE
ALL_CFLAGS = $(CFLAGS) -std=gnu11 $(NO_HELPERS) $(WARNINGS)
ifneq ($(SAN),)
ALL_CPPFLAGS += -DSANITIZED
ALL_CFLAGS += -fsanitize=$(SAN) -fno-sanitize-recover=undefined -fno-omit-frame-pointer
endif

# The commit of these sources, and its time. If nothing tells it, the last name stays.
COMMIT := $(shell scripts/dev/commit)
BUILT_LAST = $(patsubst $(BUILD)/version-$(VERSION)-%,%,$(wildcard $(BUILD)/version-$(VERSION)-*))
COMMIT_NAME := $(firstword $(COMMIT) $(BUILT_LAST) unknown)

OBJECT = $(BUILD)/libgaishim.so
# The objects with functions that stand in front of libc's would do so in tests, too.
CALLS = $(patsubst shim/%.c,$(BUILD)/shim/%.o,$(shell grep -l '^EXPORTED' shim/calls/*.c))
SHIM = $(patsubst shim/%.c,$(BUILD)/shim/%.o,$(sort $(wildcard shim/*.c shim/*/*.c))) $(BUILD)/release.o
# Wherever it was built, the same sources give the same object.
# A function begins on a cache line: a numeric host pays a twentieth more or less otherwise,
# by where the linker happens to put it.
HIDDEN = -falign-functions=64 '-fdebug-prefix-map=$(CURDIR)=.' -fPIC -fvisibility=hidden -fno-plt -ftls-model=initial-exec
LINK = -shared -nostartfiles -Wl,-z,noseparate-code,-z,now,-z,relro,-z,text,-z,noexecstack,-z,nodelete,-z,defs -Wl,--version-script=shim/exports.map \
	-Wl,--as-needed,-O1

# libidn2 and libunistring go inside, as one object whose names nobody sees:
# libidn2.a brings versioned symbols along, which a version script cannot hide. Nothing that
# is called in there is in the locale's charset. So what finds that out (in older releases from
# the environment and a file) and what converts from and to it (by iconv) is left out, and so
# is libc's part of an abort: they would cost each start some symbols more.
# On arm64 the library is built with a canary that glibc has in its loader, and musl in libc:
# a weak symbol is found in both, and does not make the object need glibc's loader.
ifeq ($(IDN2),static)
IDN = $(BUILD)/idn2.o
IDN_API = idn2_lookup_u8 idn2_to_ascii_4z idn2_to_unicode_8z8z idn2_to_unicode_8z4z \
	idn2_strerror_name idn2_free uc_bidi_category uc_is_general_category_withtable
else
IDN = -lidn2 -lunistring
endif
$(if $(filter static shared,$(IDN2)),,$(error IDN2 is static or shared, not $(IDN2)))
# For who links it: the archive, and a file that tells which of the two was linked last.
IDN_FILES = $(filter %.o,$(IDN)) $(BUILD)/idn2-$(IDN2)

TESTS = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))
MODULES = $(wildcard tests/*/lib*.c tests/*/*/lib*.c)
OBJECTS = $(patsubst tests/%.c,$(BUILD)/tests/%.so,$(MODULES))
PROGRAMS = $(patsubst tests/%.c,$(BUILD)/tests/%,$(filter-out $(MODULES) tests/lib/% tests/unit/% tests/bench/others/% tests/proof/stress/%, \
	$(wildcard tests/*/*.c tests/*/*/*.c)))
TEST_CPPFLAGS = $(ALL_CPPFLAGS) -Ishim -Itests/lib
# What tests share. Of the archive a program takes what it calls, and its main() if it has
# none; the others have a free() of their own, or names that the archive has too.
TEST_LIB = $(BUILD)/tests/lib.a
HELPERS = $(patsubst tests/%.c,$(BUILD)/tests/%.o,$(filter-out $(MODULES),$(wildcard tests/lib/*.c)))
APART = $(BUILD)/tests/lib/flights.o $(BUILD)/tests/lib/step.o
TEST_LIBS = -lcheck -lsubunit -lm -lrt -lpthread -ldl

# V=1 shows the commands.
ifneq ($(V),1)
.SILENT:
endif

all: $(OBJECT) ## build build/libgaishim.so

# It may be in use while it is linked. And it is a copy of what the linker wrote: the kernel
# maps a file that was written in one go in larger pieces, and a process starts 6 us sooner.
$(OBJECT): $(SHIM) $(BUILD)/built.o $(IDN_FILES) shim/exports.map
	echo "  $@"
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(LINK) -o $@.linked $(SHIM) $(BUILD)/built.o $(IDN)
	cp $@.linked $@.new
	mv -f $@.new $@
	rm $@.linked

# What the object is, as a string inside it: gaishim --version finds it there.
$(BUILD)/built.o: $(BUILD)/versions $(BUILD)/version-$(VERSION)-$(COMMIT_NAME)
	versions=$$($< 2>/dev/null || scripts/dev/header-versions $(CC) $(CPPFLAGS) $(SHARED)) || versions='libraries unknown' && \
		printf 'const char built[] __attribute__((used)) = "gaishim $(VERSION) (commit $(COMMIT_NAME), %s)";\n' "$$versions" | \
		$(CC) $(ALL_CFLAGS) $(HIDDEN) -x c -c -o $@ -

# What shim/built.h declares. The commit has no part in it: the tests are linked with this.
$(BUILD)/release.o: Makefile
	mkdir -p $(@D)
	printf 'const char built_version[] = "$(VERSION)";\n' | $(CC) $(ALL_CFLAGS) $(HIDDEN) -x c -c -o $@ -

# Where it cannot be run, as it is for another machine, the headers tell the versions.
SHARED = $(if $(filter shared,$(IDN2)),-DSHARED)
$(BUILD)/versions: scripts/dev/versions.c $(IDN_FILES) | $(BUILD)/have/idn2.h
	mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(if $(filter static,$(IDN2)),-l:libidn2.a -l:libunistring.a,$(SHARED))

$(BUILD)/version-$(VERSION)-$(COMMIT_NAME):
	mkdir -p $(@D)
	rm -f $(BUILD)/version-*
	touch $@

$(BUILD)/idn2-$(IDN2):
	mkdir -p $(@D)
	rm -f $(BUILD)/idn2-*
	touch $@

# Where a compiler would say twenty lines about a header that is not there.
OF = $(FOREIGN:%=:$(ARCH))
SETUP = scripts/dev/setup $(or $(FOREIGN:%=$(ARCH)),build)
PACKAGE_idn2 = libidn2-dev$(OF) ($(SETUP) does)
PACKAGE_check = check$(OF) (scripts/dev/setup $(if $(FOREIGN),all,check) does)
$(BUILD)/have/%.h:
	mkdir -p $(@D)
	command -v $(firstword $(CC)) >/dev/null || \
		{ echo "there is no compiler $(firstword $(CC)): install gcc$(subst _,-,$(FOREIGN:%=-%)) ($(SETUP) does), or name one: make CC=..." >&2; exit 1; }
	printf '#include <$*.h>\n' | $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -E -o /dev/null - 2>/dev/null || \
		{ echo "there is no $*.h: install $(PACKAGE_$*)" >&2; exit 1; }
	touch $@

$(BUILD)/idn2.o: Makefile | $(BUILD)/have/idn2.h
	mkdir -p $(@D)
	for library in libidn2.a libunistring.a; do \
		$(CC) -r -nostdlib -o $@.all -l:$$library 2>/dev/null || \
			{ echo "there is no $$library for $$($(CC) -dumpmachine): install libidn2-dev$(OF) and libunistring-dev$(OF) ($(SETUP) does)," \
				"or make IDN2=shared" >&2; exit 1; }; \
	done
	echo "  $@"
	printf '%s\n' 'const char *locale_charset(void) { return "UTF-8"; }' \
		'void *u8_strconv_from_encoding(void) { return 0; }' 'void *u8_strconv_to_encoding(void) { return 0; }' \
		'void abort(void) { __builtin_trap(); }' 'void __stack_chk_fail(void) { __builtin_trap(); }' | \
		$(CC) -O2 -fPIC -x c -c -o $@.charset -
	$(CC) -r -nostdlib -o $@.all $(IDN_API:%=-Wl,-u,%) $@.charset -l:libidn2.a -l:libunistring.a
	$(call tool,objcopy) $(IDN_API:%=--keep-global-symbol=%) --weaken-symbol=__stack_chk_guard $@.all $@
	rm -f $@.all $@.charset

$(BUILD)/shim/%.o: shim/%.c | $(BUILD)/have/idn2.h
	mkdir -p $(@D)
	echo "  $@"
	$(CC) $(ALL_CPPFLAGS) -Ishim $(ALL_CFLAGS) $(HIDDEN) -MMD -MP -c -o $@ $<

-include $(wildcard $(BUILD)/shim/*.d $(BUILD)/shim/*/*.d)

$(HELPERS): $(BUILD)/tests/%.o: tests/%.c | $(BUILD)/have/check.h
	mkdir -p $(@D)
	echo "  $@"
	$(CC) $(TEST_CPPFLAGS) $(ALL_CFLAGS) -fPIC -MMD -MP -c -o $@ $<

$(TEST_LIB): $(filter-out $(APART),$(HELPERS))
	echo "  $@"
	rm -f $@
	$(AR) rc $@ $^

$(filter %/test_forks $(BUILD)/tests/unit/test_flight%,$(TESTS)): $(BUILD)/tests/lib/flights.o
$(filter $(BUILD)/tests/unit/test_step%,$(TESTS)): $(BUILD)/tests/lib/step.o

$(TESTS): $(BUILD)/tests/%: tests/%.c $(SHIM) $(IDN_FILES) $(TEST_LIB) | $(BUILD)/have/check.h
	mkdir -p $(@D)
	echo "  $@"
	$(CC) $(TEST_CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $< $(filter $(APART),$^) $(filter-out %/shim/start.o $(CALLS),$(SHIM)) \
		$(TEST_LIB) $(IDN) $(TEST_LIBS)

$(PROGRAMS): $(BUILD)/tests/%: tests/%.c $(TEST_LIB)
	mkdir -p $(@D)
	echo "  $@"
	$(CC) $(TEST_CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $< $(TEST_LIB) $(TEST_LIBS)

STRESS = $(BUILD)/tests/proof/stress/stress

$(STRESS): $(wildcard tests/proof/stress/*.[ch]) tests/lib/fake.h $(TEST_LIB)
	mkdir -p $(@D)
	echo "  $@"
	$(CC) $(TEST_CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(filter-out tests/proof/stress/lib%,$(filter %.c,$^)) $(TEST_LIB) -lpthread -ldl

$(OBJECTS): $(BUILD)/tests/%.so: tests/%.c $(TEST_LIB)
	mkdir -p $(@D)
	echo "  $@"
	$(CC) $(TEST_CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) -fPIC -shared -Wl,--exclude-libs,ALL -MMD -MP -o $@ $< $(TEST_LIB) -lpthread -ldl

-include $(wildcard $(BUILD)/tests/*/*.d $(BUILD)/tests/*/*/*.d)

# A harness for each subject of tests/proof/fuzz: with libFuzzer's main where SAN names fuzzer,
# else with one that replays inputs. One has a call inside, one is linked with all of them.
HARNESSES = $(patsubst tests/proof/fuzz/harness/%.c,$(BUILD)/fuzz/%,$(filter-out %/replay.c,$(wildcard tests/proof/fuzz/harness/*.c)))
HARNESS_MAIN = $(if $(findstring fuzzer,$(SAN)),,tests/proof/fuzz/harness/replay.c)

HARNESS_LIB = tests/lib/answer.c tests/lib/host_answer.c

$(HARNESSES): $(BUILD)/fuzz/%: tests/proof/fuzz/harness/%.c tests/proof/fuzz/harness/fuzz.h $(HARNESS_LIB) $(HARNESS_LIB:.c=.h) $(HARNESS_MAIN) $(SHIM) $(IDN_FILES)
	mkdir -p $(@D)
	echo "  $@"
	$(CC) $(TEST_CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(filter %.c,$^) $(filter-out $(CALLS),$(SHIM)) $(IDN) -lpthread -ldl

$(BUILD)/fuzz/hostent: CALLS =

harnesses: $(HARNESSES)

tests: all $(TESTS) $(PROGRAMS) $(STRESS) $(OBJECTS) ## build the tests

# What needs no more than the compiler, Check and what a machine has anyway.
CHECK = $(TESTS) $(filter $(BUILD)/tests/preload/test_% $(BUILD)/tests/preload/fake/test_%,$(PROGRAMS)) \
	$(filter-out tests/command/matrix.sh,$(sort $(wildcard tests/preload/loader/*.sh tests/command/*.sh)))
CHECK_ALL = $(CHECK) $(filter-out tests/lib/% %/lib.sh $(CHECK),$(sort $(wildcard tests/*/*.sh tests/*/*/*.sh)))

check: tests ## run the quick tests (or those that CHECK names)
	BUILD=$(BUILD) tests/run $(CHECK)

check-all: tests ## run all tests: other programs, networks, checkers, the model
	BUILD=$(BUILD) tests/run $(CHECK_ALL)

fuzz: ## fuzz with libFuzzer: FUZZ="numeric idna" only, FUZZ_SECONDS=60 each
	BUILD=$(BUILD) FUZZ_SECONDS=$(FUZZ_SECONDS) scripts/dev/fuzz $(FUZZ)

bench: tests ## measure against libc
	BUILD=$(BUILD) scripts/dev/bench --json $(BUILD)/bench.json
	BUILD=$(BUILD) scripts/dev/cost
	! command -v python3 >/dev/null || BUILD=$(BUILD) python3 tests/python/startup.py

coverage: ## the lines and branches of shim/ that the tests reach (gcovr)
	BUILD=$(BUILD) scripts/dev/coverage

stress: all $(STRESS) $(OBJECTS) $(BUILD)/tests/network/slow $(BUILD)/tests/network/ask ## load for STRESS_SECONDS (30), with THREADS (64), from SEED
	BUILD=$(BUILD) scripts/dev/stress

docs: ## write the tables of options in README.md and docs/gaishim.1 anew, from shim/options.def
	scripts/dev/tables

figures: ## draw docs/figures/*.svg, and write the table of docs/figures.md, from bench.json there
	PATH=/usr/bin:$$PATH python3 tests/bench/charts.py docs/figures/bench.json docs/figures
	python3 tests/bench/page.py docs/figures/bench.json docs/figures.md

# By the environment, where a blank or a quote in a path is data.
install uninstall: export DESTDIR := $(DESTDIR)
install uninstall: export PREFIX := $(PREFIX)
install uninstall: export LIBDIR := $(LIBDIR)

install: all ## install under PREFIX (/usr/local), LIBDIR (PREFIX/lib), DESTDIR
	BUILD=$(BUILD) VERSION=$(VERSION) scripts/dev/install install

uninstall: ## remove what install put there
	BUILD=$(BUILD) VERSION=$(VERSION) scripts/dev/install uninstall

# Packages are named after the machine that the object is for.
MACHINE = $(call machine_of,$(shell $(CC) -dumpmachine))
PACKAGE_ARCH = $(or $(strip $(foreach arch,amd64 arm64,$(if $(filter $(MACHINE)-%,$(TRIPLE_$(arch))),$(arch)))),$(shell dpkg --print-architecture))

# The same files give the same archive: nothing in it tells when, where and by whom it was made.
EPOCH = $${SOURCE_DATE_EPOCH:-$(or $(word 2,$(COMMIT)),$$(stat -c %Y Makefile))}
TAR = tar --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime=@$(EPOCH)

deb: all ## make a Debian package, build/gaishim_VERSION_ARCH.deb
	SOURCE_DATE_EPOCH=$(EPOCH) VERSION=$(VERSION) BUILD=$(BUILD) ARCH=$(PACKAGE_ARCH) STRIP=$(call tool,strip) scripts/dev/deb

tarball: all ## make an archive that runs from any directory
	rm -rf $(BUILD)/stage
	$(MAKE) -s install DESTDIR='$(BUILD)/stage' PREFIX=/gaishim-$(VERSION)
	BUILD=$(BUILD) ARCH=$(PACKAGE_ARCH) scripts/dev/handout '$(BUILD)/stage/gaishim-$(VERSION)'
	$(TAR) -C $(BUILD)/stage -czf $(BUILD)/gaishim-$(VERSION)-$(MACHINE).tar.gz gaishim-$(VERSION)
	rm -r $(BUILD)/stage
	echo "  $(BUILD)/gaishim-$(VERSION)-$(MACHINE).tar.gz"

SOURCES = .ci .clang-tidy .gitignore LICENSE Makefile README.md docs scripts shim tests

dist: ## make an archive of the sources, build/gaishim-VERSION.tar.gz
	mkdir -p $(BUILD)/dist
	echo $(if $(COMMIT),$(COMMIT),unknown $(EPOCH)) >$(BUILD)/dist/.commit
	$(TAR) --exclude=__pycache__ --exclude='*.pyc' --transform='s|^|gaishim-$(VERSION)/|' \
		-czf $(BUILD)/gaishim-$(VERSION).tar.gz $(SOURCES) -C $(BUILD)/dist .commit
	rm -r $(BUILD)/dist
	echo "  $(BUILD)/gaishim-$(VERSION).tar.gz"

clean: ## remove what was built
	rm -rf $(BUILD)

help: ## list the targets
	sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 12
	echo 'ARCH=arm64 or amd64 with all, tests, install, deb and tarball: for a machine of that kind'

.PHONY: all tests check harnesses fuzz stress coverage bench docs figures install uninstall deb tarball dist clean help
