# SPDX-License-Identifier: Apache-2.0
# Sandoq: `make run` shows the whole job, `make test` runs every test.
# Both set up what they need; `make help` lists what else there is.

MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:

VARIANT ?= native
B := build/$(VARIANT)

CC := gcc
WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Werror
# Not -ftrivial-auto-var-init=zero: gcc 12 clears the wrong byte with it when
# padding follows an array of structs, and so changed a key on the stack.
HARDENING := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE \
	-fcf-protection=full
# The same bytes wherever the tree lies.
PLACELESS := -ffile-prefix-map=$(CURDIR)=.
CFLAGS := -std=c17 -O2 -g $(WARNINGS) $(HARDENING) $(PLACELESS)
LDFLAGS := -pie -Wl,-z,relro,-z,now,-z,noexecstack
ifeq ($(VARIANT),sanitize)
CFLAGS := -std=c17 -O1 -g $(WARNINGS) -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all
LDFLAGS := -fsanitize=address,undefined
endif
ifeq ($(VARIANT),fuzz)
CC := clang
CFLAGS := -std=c17 -O1 -g -Wall -Wextra -fno-omit-frame-pointer \
	-fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all
LDFLAGS := -fsanitize=fuzzer,address,undefined
endif
# Every path through a function, as gcc sees it.
ifeq ($(VARIANT),analyze)
CFLAGS := -std=c17 -O0 -g $(WARNINGS) -fanalyzer
LDFLAGS :=
endif
# The fuzz targets again, which tell what of the code they have run.
ifeq ($(VARIANT),coverage)
CC := clang
CFLAGS := -std=c17 -O1 -g -Wall -Wextra $(PLACELESS) \
	-fsanitize=fuzzer-no-link -fprofile-instr-generate -fcoverage-mapping
LDFLAGS := -fsanitize=fuzzer -fprofile-instr-generate
endif
CPPFLAGS := -D_GNU_SOURCE -I. -MMD -MP
LDLIBS := -ltss2-esys -ltss2-mu -lseccomp -lcap -lcrypto -lfribidi
# Of the desk alone: they write reports, unpack the kernel of an image, know how
# names are spelled, and talk to tokens.
DESKLIBS := -ljansson -llz4 -llzma -lzstd -lutf8proc -lp11-kit
TESTLIBS := -ltss2-tcti-swtpm -lcmocka -ljansson -lharfbuzz

# Pure, and all that a verifier needs: no descriptor, no clock, no TPM.
PURE := appliance/formats appliance/election appliance/record tpm/policy
# Who does the cryptography: libcrypto, or mbedTLS in the result page.
OPENSSL := appliance/formats/openssl tpm/policy/openssl
MBEDTLS := appliance/formats/mbedtls tpm/policy/mbedtls
ROOMS := $(PURE) $(OPENSSL) appliance/machine sandbox tpm
MAINS := appliance/machine/main.c
# Sorted, because the order of wildcard depends on the language.
sources = $(sort $(wildcard $(1:=/*.c)))
LIBSRC := $(filter-out $(MAINS),$(call sources,$(ROOMS)))
# Who verifies draws no letters.
VERIFYSRC := $(filter-out appliance/formats/letters.c,\
	$(call sources,$(PURE) $(OPENSSL) appliance/verify))
MBEDTLSSRC := $(call sources,$(MBEDTLS))
DESKSRC := $(call sources,appliance/desk appliance/desk/*)
TESTSRC := $(sort $(wildcard tests/*/test_*.c tests/*/*/test_*.c))
FUZZSRC := $(wildcard tests/fuzz/fuzz_*.c)
SUPPORTSRC := $(wildcard tests/support/*.c)
FAULTSRC := $(filter-out $(TESTSRC),$(wildcard tests/faults/*.c))
LIMITSRC := $(filter-out $(TESTSRC),$(wildcard tests/limits/*.c))
FORGERYSRC := $(filter-out $(TESTSRC),$(wildcard tests/forgeries/*.c))
DESKSUPPORTSRC := $(filter-out $(TESTSRC) tests/verify/alone.c,\
	$(call sources,tests/desk tests/verify))
object = $(patsubst %.c,$(B)/%.o,$(1))

TESTS := $(patsubst tests/%.c,$(B)/tests/%,$(TESTSRC))
FORGERYTESTS := $(filter $(B)/tests/forgeries/%,$(TESTS))
DESKTESTS := $(filter $(B)/tests/desk/% $(B)/tests/verify/% \
	%/test_large_definition,$(TESTS)) $(FORGERYTESTS)
FAULTTESTS := $(filter $(B)/tests/faults/%,$(TESTS))
# Tests that are linked once more, with mbedTLS in the place of libcrypto.
MBEDTLSTESTS := $(addprefix $(B)/tests/mbedtls/,formats/test_age \
	formats/test_checkpoint formats/test_claims formats/test_crypto \
	formats/test_hpke desk/test_key_file formats/test_note formats/test_p256 \
	formats/test_pbes2 tpm/policy/test_credential \
	verify/test_verify)
FUZZERS := $(patsubst tests/%.c,$(B)/tests/%,$(FUZZSRC))
BENCHES := $(addprefix $(B)/tests/bench/,count nation page)
PROBE := $(B)/tests/machine/probe
PICTURES := $(B)/tests/machine/pictures
REPLAY := $(B)/tests/machine/replay

# For `make help`, in the order in which a newcomer needs them.
#: help            this list
#: setup           install the Debian packages that are missing
#: run             the whole job, from the source to a verified result
#: programs        build sandoq and sandoqd, as `make` alone does
#: all             the same
#: check           while you work: the unit tests, without the long ones
#: lint            what is written against the rules of this tree
#: test            every test, whole machines too
#: page            build what pages run, build/page/*.wasm
#: install         the programs for people, into DESTDIR and PREFIX
#: deb             a Debian package of them, build/deb/*.deb
#: image           build what a machine boots, build/image/sandoq.efi
#: disk            the image on a machine's disk, to be written as it is
#: secure-boot     the image signed for Secure Boot, with keys of your own
#: reproduce       build the image twice; the bytes have to be the same
#: lock            what the image is made of now is what it is to be made of
#: roles           write docs/roles.md from the table of roles
#: pictures        draw docs/pictures anew; then look at what has changed
#: bench           how fast it counts, boots, confines and shows a result
#: limits          count the largest elections that are legal; hours
#: tests           build the test programs
#: sanitize        run the unit tests under the sanitizers
#: sanitize-tests  what they need built before; with VARIANT=sanitize
#: fuzzers         build the fuzz targets; with VARIANT=fuzz
#: fuzz-smoke      run each fuzz target for a short time
#: fuzz            fuzz all for HOURS=n, from the seeds
#: fuzz-seeds      make seeds of what that has reached
#: fuzz-coverage   which part of each decoder the seeds reach
#: static          gcc's analyzer and scan-build over all programs
#: mutants         do the tests see one plausible fault at a time? hours; PART=K/N
#: nightly         what takes too long for every day
#: clean           remove all that was built
.PHONY: help all setup page install deb programs tests fuzzers image disk lock \
	reproduce secure-boot bench limits roles pictures run test nightly check lint mutants \
	fuzz-smoke fuzz fuzz-seeds fuzz-coverage static \
	sanitize sanitize-tests clean
all: programs
help:
	@sed -n 's/^#: /make /p' Makefile
programs: $(B)/sandoq $(B)/sandoqd $(B)/libpage.a
tests: $(TESTS) $(MBEDTLSTESTS) $(PROBE) $(PICTURES) $(REPLAY)
fuzzers: $(FUZZERS)

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  CC  $@"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# The letters of the screen, shaped once for all variants.
LETTERS := build/letters
build/native/image/letters.o: image/letters.c
	@mkdir -p $(@D)
	@gcc -std=c17 -O1 $(WARNINGS) -I. -MMD -MP -c -o $@ $<
$(LETTERS)/make-letters: build/native/image/letters.o
	@mkdir -p $(@D)
	@gcc -o $@ $< -lharfbuzz
$(LETTERS)/letters.c: $(LETTERS)/make-letters
	@echo "  GEN $@"
	@$< >$@
$(B)/letters.o: $(LETTERS)/letters.c
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(B)/libsandoq.a: $(call object,$(LIBSRC)) $(B)/letters.o
	@rm -f $@
	@ar rcsD $@ $^

$(B)/sandoqd: $(call object,$(MAINS)) $(B)/libsandoq.a
	@echo "  LD  $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# The verifier alone, for whoever wants to build on it.
$(B)/libverify.a: $(call object,$(VERIFYSRC))
	@rm -f $@
	@ar rcsD $@ $^

$(B)/libdesk.a: $(filter-out %/main.o,$(call object,$(DESKSRC)))
	@rm -f $@
	@ar rcsD $@ $^

$(B)/sandoq: $(B)/appliance/desk/main.o $(B)/libdesk.a $(B)/libverify.a \
		$(B)/libsandoq.a
	@echo "  LD  $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(DESKLIBS)

# What pages export, for this computer: gcc, the analyzers and tests/lint/rooms
# look at it, too. The rest of the room stands in for what wasi-libc lacks.
$(B)/libpage.a: $(call object,$(addprefix appliance/page/,\
		module.c page.c station.c))
	@rm -f $@
	@ar rcsD $@ $^

# Sources that are not ours, fetched once (image/foreign.lock).
FOREIGN := build/foreign
$(FOREIGN)/done: image/foreign.lock
	@image/foreign

# All that crypto.h, p256.h and certificate.h demand, by mbedTLS. In front of
# the other libraries it stands in the place of what is there by libcrypto.
MBEDTLSCONFIG := \
	-DMBEDTLS_CONFIG_FILE='"appliance/formats/mbedtls/config.h"'
MBEDTLSFLAGS := -isystem $(FOREIGN)/mbedtls/include $(MBEDTLSCONFIG)
# Which version this is: of a copy that is no checkout the commit is not known.
VERSION := 0.9.0
COMMIT ?= $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
build/commit: FORCE
	@mkdir -p $(@D)
	@echo '$(VERSION) $(COMMIT)' | cmp -s - $@ || \
		echo '$(VERSION) $(COMMIT)' >$@
FORCE:
$(call object,appliance/desk/main.c): build/commit
$(call object,appliance/desk/main.c): private \
	CPPFLAGS += -DVERSION='"$(VERSION)"' -DCOMMIT='"$(COMMIT)"'

# Whose headers lie in a folder of their own.
P11FLAGS := -isystem /usr/include/p11-kit-1
$(call object,appliance/desk/keys/token.c): private CPPFLAGS += $(P11FLAGS)
$(call object,$(MBEDTLSSRC)): private CPPFLAGS += $(MBEDTLSFLAGS)
$(call object,$(MBEDTLSSRC)): appliance/formats/mbedtls/config.h \
	$(FOREIGN)/done
$(B)/libmbedtls.a: $(FOREIGN)/done appliance/formats/mbedtls/config.h
	@echo "  LIB $@"
	@rm -rf $(B)/mbedtls $@
	@mkdir -p $(B)/mbedtls
	@cd $(B)/mbedtls && ls $(CURDIR)/$(FOREIGN)/mbedtls/library/*.c | \
		xargs -n 16 -P 2 $(CC) -std=c17 -O2 -I$(CURDIR) \
		-I$(CURDIR)/$(FOREIGN)/mbedtls/include $(MBEDTLSCONFIG) -c
	@ar rcsD $@ $(B)/mbedtls/*.o

# The modules of pages, as WebAssembly; each has one of these files, and as much
# of the rest as it needs. Their sources are found as those of libverify.a are.
PAGE := build/page
verify.wasm := appliance/page/page.c
station.wasm := appliance/page/station.c
WASMS := $(PAGE)/verify.wasm $(PAGE)/station.wasm
WASMSRC := $(filter-out appliance/formats/letters.c $(verify.wasm) \
	$(station.wasm),$(call sources,\
	$(PURE) $(MBEDTLS) appliance/verify appliance/page))
WASMCC := clang-14 --target=wasm32-wasi --sysroot=/usr -std=c17 -O2 \
	-isystem /usr/include/wasm32-wasi -D_GNU_SOURCE \
	-ffunction-sections -fdata-sections $(PLACELESS)
WASMWARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Werror
WASMLD := -mexec-model=reactor -L/usr/lib/wasm32-wasi -Wl,--gc-sections \
	-Wl,--strip-all -Wl,--stack-first -Wl,-z,stack-size=1048576 \
	-Wl,--max-memory=268435456
# android/ has the settings that jansson's configure would find here, too.
JANSSONFLAGS := -isystem $(FOREIGN)/jansson/src \
	-isystem $(FOREIGN)/jansson/android
$(PAGE)/%.o: %.c Makefile $(FOREIGN)/done
	@mkdir -p $(@D)
	@echo "  CC  $@"
	@$(WASMCC) $(WASMWARNINGS) -include appliance/page/sort.h -I. -MMD -MP \
		$(MBEDTLSFLAGS) $(JANSSONFLAGS) -c -o $@ $<
# Of jansson without what asks the clock and files for a seed: page/outside.c. Its
# configure would find nothing more than what C has.
$(PAGE)/foreign.a: $(FOREIGN)/done appliance/formats/mbedtls/config.h Makefile
	@echo "  LIB $@"
	@rm -rf $(PAGE)/foreign $@
	@mkdir -p $(PAGE)/foreign/mbedtls $(PAGE)/foreign/jansson
	@: >$(PAGE)/foreign/jansson/jansson_private_config.h
	@cd $(PAGE)/foreign/mbedtls && \
		ls $(CURDIR)/$(FOREIGN)/mbedtls/library/*.c | \
		xargs -n 16 -P 2 $(WASMCC) -I$(CURDIR) \
		-I$(CURDIR)/$(FOREIGN)/mbedtls/include $(MBEDTLSCONFIG) -c
	@cd $(PAGE)/foreign/jansson && \
		ls $(CURDIR)/$(FOREIGN)/jansson/src/*.c | grep -v hashtable_seed | \
		xargs -n 16 -P 2 $(WASMCC) -DHAVE_STDINT_H -I. \
		-I$(CURDIR)/$(FOREIGN)/jansson/android -c
	@llvm-ar-14 rcsD $@ $(PAGE)/foreign/*/*.o
$(PAGE)/verify.wasm: $(verify.wasm:%.c=$(PAGE)/%.o)
$(PAGE)/station.wasm: $(station.wasm:%.c=$(PAGE)/%.o)
$(WASMS): $(WASMSRC:%.c=$(PAGE)/%.o) $(PAGE)/foreign.a
	@echo "  LD  $@"
	@$(WASMCC) $(WASMLD) -o $@ $^

# Calls that a program has in the place of the true ones.
WRAPPED :=
WRAP = $(WRAPPED:%=-Wl,--wrap=%)
faultcalls = $(shell sed -n 's/^FAULT[A-Z_]*.\([A-Za-z0-9_]*\)[^A-Za-z0-9_].*/\1/p' $(1))
# What another writes of the same format.
$(B)/tests/formats/test_packed: private TESTLIBS += -llz4
$(filter $(B)/tests/limits/%,$(TESTS)): $(call object,$(LIMITSRC))
$(FAULTTESTS): $(call object,$(FAULTSRC))
$(FAULTTESTS): private WRAPPED := counter_count free \
	$(call faultcalls,$(wildcard tests/faults/*calls.h))
$(B)/tests/machine/test_taken_over: private WRAPPED := \
	$(addprefix role_,count count_with tally define intake media console \
	publish journal keys starter) execve poll
$(B)/tests/tpm/test_provision: private WRAPPED := Esys_GetCapability
$(B)/tests/machine/test_journal_disk: private WRAPPED := pread pwrite fdatasync
$(B)/tests/machine/test_supervisor: private WRAPPED := screen_take
$(B)/tests/machine/test_screen_device: private WRAPPED := ioctl
$(B)/tests/machine/test_peer: private WRAPPED := wire_receive
$(B)/tests/desk/test_block_device: private WRAPPED := open
$(B)/tests/machine/test_medium_trouble: private WRAPPED := pread pwrite fsync
$(B)/tests/machine/test_keys_airlock: private WRAPPED := \
	tpm_pcr_extend tpm_airlock_refuses tpm_error
$(B)/tests/machine/test_keys_start: private WRAPPED := \
	tpm_state tpm_owner_is_locked tpm_platform_refuses tpm_error
$(B)/tests/machine/test_keys_software: private WRAPPED := tpm_revocations
$(B)/tests/machine/test_residue: private WRAPPED := free tpm_box_secret \
	peer_next
$(FORGERYTESTS): $(call object,$(FORGERYSRC))
$(FORGERYTESTS): private WRAPPED := execve sandbox_enter spawn_role wire_send \
	result_write_head
$(B)/tests/bench/sandbox: private WRAPPED := sandbox_enter sandbox_enter_inner \
	execve

$(filter-out $(DESKTESTS),$(TESTS)) $(B)/tests/bench/sandbox: $(B)/tests/%: \
		$(B)/tests/%.o $(call object,$(SUPPORTSRC)) $(B)/libsandoq.a
	@$(CC) $(LDFLAGS) $(WRAP) -o $@ $^ $(LDLIBS) $(TESTLIBS)

$(B)/tests/sandbox/print_roles: $(B)/tests/sandbox/print_roles.o \
		$(B)/tests/support/roles_text.o $(B)/libsandoq.a
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# The document of what each role may do follows the table.
roles: $(B)/tests/sandbox/print_roles
	@$< >docs/roles.md

# So do the pictures of the screen in the guides.
pictures: $(PICTURES)
	@tests/desk/pictures $< --write

$(DESKTESTS): $(B)/tests/%: $(B)/tests/%.o $(call object,$(DESKSUPPORTSRC)) \
		$(call object,$(SUPPORTSRC)) $(B)/libdesk.a \
		$(B)/libverify.a $(B)/libsandoq.a | $(B)/sandoq
	@$(CC) $(LDFLAGS) $(WRAP) -o $@ $(filter %.o,$^) $(filter %.a,$^) \
		$(LDLIBS) $(DESKLIBS) $(TESTLIBS)

# A module for tokens that is at fault, which the test loads.
$(B)/tests/desk/tokens/faulty.so: tests/desk/tokens/faulty.c Makefile
	@mkdir -p $(@D)
	@gcc -std=c17 -O1 -fPIC -shared $(WARNINGS) -D_GNU_SOURCE \
		$(P11FLAGS) -o $@ $<
$(B)/tests/desk/test_tokens: $(B)/tests/desk/tokens/faulty.so

# The objects by name: no library behind them can give the same again.
$(MBEDTLSTESTS): $(B)/tests/mbedtls/%: $(B)/tests/%.o \
		$(call object,$(DESKSUPPORTSRC)) $(call object,$(SUPPORTSRC)) \
		$(call object,$(MBEDTLSSRC)) $(B)/libmbedtls.a \
		$(B)/libdesk.a $(B)/libverify.a $(B)/libsandoq.a
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) \
		$(LDLIBS) $(DESKLIBS) $(TESTLIBS)

# It starts the other one.
$(B)/tests/desk/test_page_forgeries: | $(B)/tests/verify/test_verify

$(PROBE): $(call object,$(wildcard tests/machine/probe*.c)) \
		$(call object,$(wildcard tests/support/confined*.c)) \
		$(B)/tests/support/patience.o \
		$(B)/libsandoq.a
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(PICTURES): $(B)/tests/machine/pictures.o $(B)/tests/support/scenes.o \
		$(B)/tests/support/ppm.o $(B)/libsandoq.a
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(REPLAY): $(B)/tests/machine/replay.o $(B)/tests/support/ppm.o \
		$(B)/libdesk.a $(B)/libverify.a $(B)/libsandoq.a
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(DESKLIBS)

$(BENCHES): $(B)/tests/bench/%: $(B)/tests/bench/%.o $(B)/tests/bench/bench.o \
		$(call object,$(DESKSUPPORTSRC)) $(call object,$(SUPPORTSRC)) \
		$(B)/libdesk.a $(B)/libverify.a $(B)/libsandoq.a \
		| $(B)/sandoq
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(DESKLIBS) $(TESTLIBS)

# A machine on paper, made of parts that are written for tests.
$(B)/tests/fuzz/fuzz_verify: $(call object,$(wildcard tests/verify/paper*.c) \
	$(SUPPORTSRC))
$(B)/tests/fuzz/fuzz_stick: $(B)/tests/support/volume_maker.o
$(FUZZERS): $(B)/tests/%: $(B)/tests/%.o $(B)/libdesk.a $(B)/libverify.a \
		$(B)/libsandoq.a
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LDLIBS) \
		$(DESKLIBS) $(TESTLIBS)

UNITS = $(sort $(TESTS) $(MBEDTLSTESTS))
# What the tree itself must be; each takes a second or two.
HOUSETESTS := tests/lint/links tests/lint/notices.t tests/lint/rooms.t \
	tests/lint/vocabulary.t \
	tests/machine/typed.t \
	tests/mutants/matches.t $(sort $(wildcard tests/verify/*.t))
SHELLTESTS := $(sort $(wildcard tests/desk/*.t tests/forgeries/*.t \
	tests/image/*.t tests/lint/*.t tests/mutants/*.t tests/page/*.t tests/support/*.t \
	tests/verify/*.t))
MACHINETESTS := $(sort $(wildcard tests/machine/*.t))

setup:
	@image/setup

page: $(WASMS)
	@image/page-modules

# What people run, and all that it reads: in the places of the tree, under
# share/sandoq.
PREFIX ?= /usr/local
GROUPS := image firmware machine election box approve audit bundle recount \
	courier key rehearse
MAN := $(DESTDIR)$(PREFIX)/share/man/man1
COMPLETIONS := $(DESTDIR)$(PREFIX)/share
SHARE := $(DESTDIR)$(PREFIX)/share/sandoq
install: programs page
	@install -D -m 755 $(B)/sandoq $(DESTDIR)$(PREFIX)/bin/sandoq
	@install -d $(MAN) $(SHARE)/image/profiles $(SHARE)/appliance/page \
		$(SHARE)/build/page $(DESTDIR)$(PREFIX)/share/doc/sandoq
	@install -m 644 image/profiles/* $(SHARE)/image/profiles
	@install -m 644 appliance/page/*.html appliance/page/*.css \
		appliance/page/*.js appliance/page/*.woff2 \
		$(SHARE)/appliance/page
	@install -m 644 $(WASMS) $(SHARE)/build/page
	@install -m 644 README.md appliance/page/result.woff2.license \
		$(DESTDIR)$(PREFIX)/share/doc/sandoq
	@$(B)/sandoq manual >$(MAN)/sandoq.1
	@for group in $(GROUPS); do \
		$(B)/sandoq manual $$group >$(MAN)/sandoq-$$group.1 || exit; \
	done
	@install -d $(COMPLETIONS)/bash-completion/completions \
		$(COMPLETIONS)/zsh/vendor-completions \
		$(COMPLETIONS)/fish/vendor_completions.d
	@$(B)/sandoq completion bash \
		>$(COMPLETIONS)/bash-completion/completions/sandoq
	@$(B)/sandoq completion zsh \
		>$(COMPLETIONS)/zsh/vendor-completions/_sandoq
	@$(B)/sandoq completion fish \
		>$(COMPLETIONS)/fish/vendor_completions.d/sandoq.fish

# From a copy of what is in the tree, since the top of the tree has no folder
# "debian"; the sources of others are copied, for a build has no network.
deb: setup
	@image/setup deb
	@image/foreign
	@appliance/desk/debian/package

image: programs
	@image/build

# To be written as it is on a machine's disk; the journal's size is in MiB.
JOURNAL ?= 1024
DISK := build/image/sandoq.disk
disk: image
	@rm -f $(DISK)
	@image/disk --efi build/image/sandoq.efi --journal $(JOURNAL) $(DISK)
	@echo "$(DISK): write it as root, over all that is on the disk:"
	@echo "  dd if=$(DISK) of=/dev/DISK bs=4M conv=fsync status=progress"

# A sample of what operators make with keys of their own.
SECURE := build/secure-boot
secure-boot: programs image
	@[ -e $(SECURE)/db.key ] || image/secure-boot keys $(SECURE)
	@image/secure-boot sign $(SECURE) build/image/sandoq.efi \
		$(SECURE)/sandoq.efi
	@$(B)/sandoq firmware variables /usr/share/OVMF/OVMF_VARS.fd \
		--secure-boot $(SECURE) --output $(SECURE)/vars.fd
	@mkdir -p build/profiles
	@$(B)/sandoq firmware profile qemu-ovmf-secure-boot \
		--secure-boot $(SECURE) \
		--output build/profiles/qemu-ovmf-secure-boot.json
	@echo "$(SECURE)/sandoq.efi, vars.fd: signed image, firmware variables"

# What the image is made of now becomes what it is to be made of.
lock: setup
	@$(MAKE) --silent -j2 programs
	@image/build --lock
	@$(MAKE) --silent -j2 $(WASMS)
	@image/page-modules --lock

reproduce: setup
	@$(MAKE) --silent -j2 programs
	@$(MAKE) --silent image
	@image/reproduce

bench: setup
	@$(MAKE) --silent -j2 programs
	@$(MAKE) --silent -j2 $(BENCHES) $(B)/tests/bench/sandbox
	@$(B)/tests/bench/count
	@$(B)/tests/bench/nation build/bench
	@$(B)/tests/bench/sandbox
	@$(MAKE) --silent -j2 page
	@tests/support/packages tests/page build/page-tests
	@$(B)/tests/bench/page
	@$(MAKE) --silent image
	@image/bench

# What each goal needs is made by a fresh make: compilers and headers may be
# missing until setup has run.
run: setup
	@echo "1. Programs, kernel and image"
	@$(MAKE) --silent -j2 programs
	@$(MAKE) --silent -j2 page
	@$(MAKE) --silent image
	@tests/machine/demonstration

test: setup
	@$(MAKE) --silent -j2 programs tests
	@$(MAKE) --silent -j2 VARIANT=sanitize sanitize-tests
	@$(MAKE) --silent -j2 VARIANT=fuzz fuzzers
	@$(MAKE) --silent -j2 page
	@$(MAKE) --silent image
	@tests/interop/install
	@tests/support/packages tests/page build/page-tests
	@tests/run 2 $(UNITS) tests/lint/links $(SHELLTESTS) $(SANITIZED) \
		tests/fuzz/smoke.t $(MACHINETESTS)

# Sources of others are there for what includes them.
lint: setup
	@image/foreign
	@tests/lint/run

static: setup
	@$(MAKE) --silent -j2 VARIANT=analyze programs
	@rm -rf build/scan
	@scan-build --status-bugs -o build/scan-found \
		sh -c '$(MAKE) --silent -j2 VARIANT=scan CC="$$CC" programs'

# What takes too long for every day: filters asked about all 2^32 numbers, ten
# elections in a row on one machine, faults by call with the sanitizers, what
# the seeds reach, the analyzers, and all built twice.
nightly: setup
	@$(MAKE) --silent -j2 programs tests
	@$(MAKE) --silent -j2 page
	@$(MAKE) --silent image
	@tests/support/packages tests/page build/page-tests
	@$(MAKE) --silent -j2 VARIANT=sanitize \
		$(FAULTTESTS:build/native/%=build/sanitize/%)
	@$(MAKE) --silent -j2 VARIANT=coverage fuzzers
	@tests/nightly $(PART)

# The inner loop: without what takes more than three seconds of a processor.
LONG := $(FAULTTESTS) $(FORGERYTESTS) $(B)/tests/mbedtls/verify/test_verify \
	$(addprefix %/test_,ballots_file large_journal model \
	large_definition limits page page_forgeries page_large page_look station_page result_large role_calls role_minimal role_peers \
	stock_tools taken_over)
check: tests programs
	@SECONDS_MOST=3 tests/run 2 $(filter-out $(LONG),$(UNITS)) $(HOUSETESTS)

# One plausible bug at a time: do the tests see it? What no unit test sees is
# tried on machines, whose image is there.
mutants: tests programs image
	@tests/mutants/run --resume $(if $(PART),--part $(PART))

SANITIZED = $(patsubst build/native/%,build/sanitize/%,$(filter-out \
	%/test_stock_tools %/test_real_boxes %/test_role_calls \
	%/test_role_filters \
	%/test_role_minimal %/test_taken_over %/test_limits \
	%/test_large_definition %/test_large_journal %/test_residue \
	%/test_result_large %/test_page %/test_page_forgeries %/test_page_large \
	%/test_page_look %/test_station_page \
	%/mbedtls/verify/test_verify \
	$(FAULTTESTS) $(FORGERYTESTS),$(UNITS)))
sanitize-tests: programs tests
sanitize:
	@$(MAKE) --silent -j2 VARIANT=sanitize sanitize-tests
	@tests/run 2 $(SANITIZED)

# SIZE=200,000: those alone that have this in their names.
limits: programs
	@$(MAKE) --silent $(filter $(B)/tests/limits/%,$(TESTS))
	@$(B)/tests/limits/test_large_definition
	@SANDOQ_LIMITS="$(SIZE)" $(B)/tests/limits/test_limits

fuzz-smoke:
	@$(MAKE) --silent -j2 VARIANT=fuzz fuzzers
	@tests/run 1 tests/fuzz/smoke.t

HOURS ?= 8
fuzz:
	@$(MAKE) --silent -j2 VARIANT=fuzz fuzzers
	@tests/fuzz/campaign $(HOURS)

fuzz-seeds:
	@$(MAKE) --silent -j2 VARIANT=coverage fuzzers
	@tests/fuzz/distil
	@$(MAKE) --silent fuzz-coverage

fuzz-coverage:
	@$(MAKE) --silent -j2 VARIANT=coverage fuzzers
	@tests/fuzz/coverage

clean:
	rm -rf build run

-include $(shell find $(B) $(PAGE) -name '*.d' -type f 2>/dev/null)
