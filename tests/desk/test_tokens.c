/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who signs, with which key: every command that signs takes a key on a token
 * (SoftHSM), one in a file that a passphrase protects, and nothing else that
 * only looks like one of them.
 */
#include "appliance/formats/note.h"
#include "tests/desk/paper_files.h"
#include "tests/desk/workplace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

enum { COMMANDS = PAPER_SIGNINGS + 2 };

static struct paper *paper;

/* Those that ask, and those of a station, which sign what they were given. */
static struct paper_signing command(size_t number)
{
	static const struct paper_signing station[] = {
		{ "box seal ballots.csv --definition definition.json "
		  "--election-keys election-keys.note --box-key bk.pub ",
			"station-01" },
		{ "box sign box.age --payload payload --definition "
		  "definition.json --election-keys election-keys.note "
		  "--box-key bk.pub ",
			"station-01" },
	};
	return number < PAPER_SIGNINGS ? paper_signing[number]
				       : station[number - PAPER_SIGNINGS];
}

static bool asks(size_t number)
{
	return number < PAPER_SIGNINGS;
}

/* A token, and each key of the commands on it, under its owner's name. */
static void make_token(const char *token, const char *pin)
{
	assert_int_equal(
		shell("cd %s && softhsm2-util --init-token --free --label %s "
		      "--pin %s --so-pin 87654321 >tool 2>&1",
			folder, token, pin),
		0);
}

static void put_on_token(const char *token, const char *pin, const char *key,
	const char *name, const char *id)
{
	assert_int_equal(
		shell("cd %s && softhsm2-util --import %s.pem --token %s "
		      "--label %s --id %s --pin %s >tool 2>&1",
			folder, key, token, name, id, pin),
		0);
}

static void make_tokens(void)
{
	char path[512];
	assert_int_equal(
		shell("cd %s && mkdir tokens && printf "
		      "'directories.tokendir = %%s/tokens\\nobjectstore.backend"
		      " = file\\nlog.level = ERROR\\n' \"$PWD\" >softhsm.conf",
			folder),
		0);
	snprintf(path, sizeof(path), "%s/softhsm.conf", folder);
	setenv("SOFTHSM2_CONF", path, 1);
	make_token("board", "123456");
	for (size_t i = 0; i < COMMANDS; i++) {
		char id[8];
		snprintf(id, sizeof(id), "%02zu", i + 10);
		if (shell("cd %s && mkdir -p on && mkdir on/%s 2>tool", folder,
			    command(i).key) == 0)
			put_on_token("board", "123456", command(i).key,
				command(i).key, id);
	}
	put_on_token("board", "123456", "stranger", "stranger", "aa");
}

static int make(void **state)
{
	(void)state;
	workplace_make();
	paper = paper_make();
	paper_write_desk(paper);
	paper_write_closed(paper);
	make_tokens();
	write_file("pin", bytes_of_text("123456\n"));
	write_file("wrong", bytes_of_text("654321\n"));
	write_file("ballots.csv", bytes_of_text("contest,choices\n"));
	assert_status(run("box seal ballots.csv --definition definition.json "
			  "--election-keys election-keys.note --box-key bk.pub "
			  "--key station-01.pem --output box"),
		0);
	assert_status(run("box encode ballots.csv --definition definition.json "
			  "--election-keys election-keys.note --box-key bk.pub "
			  "--key station-01.pem --output payload"),
		0);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	paper_free(paper);
	workplace_drop();
	return 0;
}

/* Signs as `key` says; "signed" or "signed.note" is what comes of it. */
static int sign_with(size_t number, const char *key)
{
	assert_int_equal(shell("rm -f %s/signed*", folder), 0);
	return run("%s%s--key %s --output signed", command(number).command,
		asks(number) ? "--yes " : "", key);
}

static void assert_nothing_is_signed(void)
{
	assert_int_equal(shell("! ls %s/signed* 2>/dev/null", folder), 0);
}

/* By our own code and by none of the commands. */
static void assert_signed(size_t number)
{
	const bool is_box =
		strncmp(command(number).command, "box seal", 8) == 0;
	char path[512];
	struct file file, pem;
	struct p256_private *private;
	struct note_key key;
	struct note note;
	snprintf(path, sizeof(path), "%s/signed%s", folder,
		is_box ? ".note" : "");
	assert_int_equal(file_read(path, 1 << 16, &file), 0);
	snprintf(path, sizeof(path), "%s/%s.pem", folder, command(number).key);
	assert_int_equal(file_read(path, P256_PEM_MOST, &pem), 0);
	assert_null(p256_from_pem(file_bytes(&pem), &private));
	const struct p256_public public = p256_public_of(private);
	assert_null(note_key_of(command(number).key, &public, &key));
	assert_null(note_parse(file_bytes(&file), &note));
	assert_null(note_verify(&note, &key));
	p256_free(private);
	file_free(&pem);
	file_free(&file);
}

static void every_command_signs_with_a_token(void **state)
{
	(void)state;
	for (size_t i = 0; i < COMMANDS; i++) {
		char key[256];
		snprintf(key, sizeof(key),
			"'pkcs11:token=board;object=%s' --pin-file pin",
			command(i).key);
		assert_status(sign_with(i, key), 0);
		assert_signed(i);
	}
}

static void a_wrong_pin_is_tried_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < COMMANDS; i++) {
		char key[256];
		snprintf(key, sizeof(key),
			"'pkcs11:token=board;object=%s' --pin-file wrong",
			command(i).key);
		assert_status(sign_with(i, key), EX_NOPERM);
		assert_said("the PIN is wrong, and was tried once");
		assert_nothing_is_signed();
	}
}

static void a_token_that_is_not_there_is_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < COMMANDS; i++) {
		char key[256];
		snprintf(key, sizeof(key),
			"'pkcs11:token=other;object=%s' --pin-file pin",
			command(i).key);
		assert_status(sign_with(i, key), EX_NOINPUT);
		assert_said("no token that is plugged in matches");
		assert_nothing_is_signed();
		assert_status(sign_with(i, "'pkcs11:token=board;object=nobody' "
					   "--pin-file pin"),
			EX_NOINPUT);
		assert_said("the token has no such key");
	}
}

static void one_of_two_matches_is_not_chosen(void **state)
{
	(void)state;
	make_token("twin", "123456");
	put_on_token("twin", "123456", "stranger", "officer-3", "77");
	for (size_t i = 0; i < COMMANDS; i++) {
		assert_status(
			sign_with(
				i, "'pkcs11:object=officer-3' --pin-file pin"),
			EX_DATAERR);
		assert_said("more than one key matches");
		assert_status(
			sign_with(i, "'pkcs11:token=board' --pin-file pin"),
			EX_DATAERR);
		assert_said("more than one key matches");
		assert_nothing_is_signed();
	}
}

static void a_key_of_nobody_asks_for_no_pin(void **state)
{
	(void)state;
	for (size_t i = 0; i < COMMANDS; i++) {
		assert_status(
			sign_with(i, "'pkcs11:token=board;object=stranger'"),
			EX_NOPERM);
		assert_null(strstr(said, "PIN"));
		assert_nothing_is_signed();
	}
}

static void a_pin_is_never_an_argument(void **state)
{
	(void)state;
	for (size_t i = 0; i < COMMANDS; i++) {
		assert_status(sign_with(i, "'pkcs11:token=board;object="
					   "officer-3?pin-value=123456'"),
			EX_USAGE);
		assert_said("leave pin-value and pin-source out");
		assert_null(strstr(said, "123456"));
		assert_nothing_is_signed();
	}
}

static void a_passphrase_opens_the_file(void **state)
{
	(void)state;
	write_file("passphrase", bytes_of_text("four words are enough\n"));
	write_file("other", bytes_of_text("four words are many\n"));
	for (size_t i = 0; i < COMMANDS; i++) {
		char key[256];
		assert_int_equal(
			shell("cd %s && openssl pkcs8 -topk8 -v2 aes-256-cbc "
			      "-v2prf hmacWithSHA256 -iter 1000 -in %s.pem "
			      "-out protected.pem -passout file:passphrase",
				folder, command(i).key),
			0);
		snprintf(key, sizeof(key),
			"protected.pem --pin-file passphrase");
		assert_status(sign_with(i, key), 0);
		assert_signed(i);
		assert_status(sign_with(i, "protected.pem --pin-file other"),
			EX_NOPERM);
		assert_said("the passphrase is wrong");
		assert_nothing_is_signed();
		/* Nobody is there to type it. */
		assert_status(sign_with(i, "protected.pem"), EX_USAGE);
		assert_said("--pin-file");
		assert_nothing_is_signed();
	}
}

#define BY_TOKEN                                                               \
	"election sign definition.json --key "                                 \
	"'pkcs11:token=board;object=authority-1' --output signed"

static void a_pin_is_typed_unseen(void **state)
{
	static const struct typed right[] = {
		{ "Write yes:", "yes" },
		{ "PIN of the token board:", "123456" },
		{ NULL, NULL },
	};
	static const struct typed wrong[] = {
		{ "Write yes:", "yes" },
		{ "PIN of the token board:", "111111" },
		{ NULL, NULL },
	};
	(void)state;
	assert_int_equal(shell("rm -f %s/signed*", folder), 0);
	assert_status(run_typed(right, BY_TOKEN), 0);
	assert_null(strstr(said, "123456"));
	assert_signed(0);
	assert_int_equal(shell("rm -f %s/signed*", folder), 0);
	assert_status(run_typed(wrong, BY_TOKEN), EX_NOPERM);
	assert_null(strstr(said, "111111"));
	assert_said("the PIN is wrong");
	assert_nothing_is_signed();
}

/* Two signatures, but the PIN is asked for once. */
static void an_authorization_and_its_note_take_one_pin(void **state)
{
	static const struct typed typed[] = {
		{ "PIN of the token board:", "123456" },
		{ NULL, NULL },
	};
	(void)state;
	assert_status(run_typed(typed, "approve open " CHAIN
				       "--nonce nonce --without 10 --yes --key "
				       "'pkcs11:token=board;object=officer-3' "
				       "--output signed"),
		0);
	assert_signed(3);
}

static void a_new_key_is_typed_twice(void **state)
{
	static const struct typed right[] = {
		{ "8 characters at least:", "four words it is" },
		{ "The same once more:", "four words it is" },
		{ NULL, NULL },
	};
	static const struct typed mistyped[] = {
		{ "8 characters at least:", "four words it is" },
		{ "The same once more:", "four words is it" },
		{ NULL, NULL },
	};
	static const struct typed opened[] = {
		{ "Passphrase of new.pem:", "four words it is" },
		{ NULL, NULL },
	};
	(void)state;
	assert_status(
		run_typed(mistyped, "key new new.pem --name new"), EX_USAGE);
	assert_said("the second one differs");
	assert_int_equal(shell("test -e %s/new.pem", folder), 1);
	assert_status(run_typed(right, "key new new.pem --name new"), 0);
	assert_said("new+");
	assert_null(strstr(said, "four words"));
	assert_int_equal(shell("grep -q 'BEGIN ENCRYPTED PRIVATE KEY' "
			       "%s/new.pem && test \"$(stat -c %%a "
			       "%s/new.pem)\" = 600",
				 folder, folder),
		0);
	assert_status(run_typed(opened, "key show new.pem --name new"), 0);
	assert_said("new+");
	assert_status(run("key new new.pem --name new"), EX_CANTCREAT);
	assert_said("keys are never overwritten");
}

/* A mistyped path is no wish for a key. */
static void nothing_makes_a_key_by_accident(void **state)
{
	(void)state;
	assert_status(
		run("key show oficer-3.pem --name officer-3"), EX_NOINPUT);
	assert_int_equal(shell("test -e %s/oficer-3.pem", folder), 1);
	assert_status(run("key oficer-3.pem --name officer-3"), EX_USAGE);
	assert_int_equal(shell("test -e %s/oficer-3.pem", folder), 1);
}

static void whoever_wants_no_passphrase_is_told(void **state)
{
	(void)state;
	assert_status(run("key new open.pem --name open --no-passphrase"), 0);
	assert_said("whoever copies it can sign in your place");
	assert_status(run("key show open.pem --name open --age"), 0);
	assert_said("\nage1tag1");
	write_file("short", bytes_of_text("1234567\n"));
	assert_status(
		run("key new less.pem --name less --pin-file short"), EX_USAGE);
	assert_said("shorter than 8 bytes");
	assert_int_equal(shell("test -e %s/less.pem", folder), 1);
}

/* The real one of Debian, at a terminal. */
static void a_pinentry_asks(void **state)
{
	static const struct typed typed[] = {
		{ "PIN of the token board:", "123456" },
		{ NULL, NULL },
	};
	static const struct typed nobody[] = { { NULL, NULL } };
	(void)state;
	setenv("SANDOQ_PINENTRY", "pinentry-tty", 1);
	assert_int_equal(shell("rm -f %s/signed*", folder), 0);
	assert_status(run_typed(typed, BY_TOKEN " --yes"), 0);
	assert_signed(0);
	assert_int_equal(shell("rm -f %s/signed*", folder), 0);
	setenv("SANDOQ_PINENTRY", "true", 1);
	assert_status(run_typed(nobody, BY_TOKEN " --yes"), EX_PROTOCOL);
	assert_said("does not answer as a pinentry does");
	setenv("SANDOQ_PINENTRY", "no-such-program", 1);
	assert_status(run_typed(nobody, BY_TOKEN " --yes"), EX_UNAVAILABLE);
	assert_said("no-such-program: does not start");
	unsetenv("SANDOQ_PINENTRY");
	assert_nothing_is_signed();
}

/* By the module that lies beside this program, with this fault. */
static int sign_by_faulty(
	const char *fault, const char *token, const struct typed *typed)
{
	char test[512];
	const ssize_t size = readlink("/proc/self/exe", test, sizeof(test) - 1);
	assert_true(size > 0);
	test[size] = '\0';
	*strrchr(test, '/') = '\0';
	setenv("FAULTY", fault, 1);
	setenv("FAULTY_MODULE",
		"/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so", 1);
	assert_int_equal(shell("rm -f %s/signed*", folder), 0);
	return run_typed(typed,
		"approve open " CHAIN "--nonce nonce --without 10 --yes --key "
		"'pkcs11:token=%s;object=officer-3?module-path="
		"%s/tokens/faulty.so' --output signed",
		token, test);
}

static void a_signature_that_does_not_verify_is_none(void **state)
{
	static const struct typed typed[] = {
		{ "PIN of the token board:", "123456" },
		{ NULL, NULL },
	};
	(void)state;
	assert_status(sign_by_faulty("sign", "board", typed), EX_SOFTWARE);
	assert_said("made a signature that does not verify");
	assert_nothing_is_signed();
	assert_status(sign_by_faulty("none", "board", typed), 0);
	assert_signed(3);
}

static void a_keypad_is_typed_on(void **state)
{
	static const struct typed nobody[] = { { NULL, NULL } };
	(void)state;
	assert_status(sign_by_faulty("keypad", "board", nobody), 0);
	assert_said("Type the PIN on the keypad of the token board.");
	assert_null(strstr(said, "PIN of the token"));
	assert_signed(3);
}

/* A key that wants its PIN for each signature: CKA_ALWAYS_AUTHENTICATE. */
static void make_strict_token(void)
{
	make_token("strict", "123456");
	assert_int_equal(
		shell("cd %s && export GNUTLS_PIN=123456 && "
		      "openssl pkey -in officer-3.pem -pubout -out key.pub && "
		      "for what in 'privkey officer-3.pem "
		      "--mark-always-authenticate' 'pubkey key.pub'; do "
		      "p11tool --batch --login --write --load-$what "
		      "--label officer-3 --id 55 pkcs11:token=strict || exit; "
		      "done >tool 2>&1",
			folder),
		0);
}

static void a_token_that_asks_twice_says_why(void **state)
{
	static const struct typed nobody[] = { { NULL, NULL } };
	static const struct typed once[] = {
		{ "PIN of the token strict:", "123456" },
		{ NULL, NULL },
	};
	(void)state;
	make_strict_token();
	assert_status(sign_by_faulty("none", "strict", once), 0);
	assert_null(strstr(said, "asks again"));
	assert_signed(3);
	assert_status(sign_by_faulty("keypad", "strict", nobody), 0);
	assert_said("The token asks again: this text needs two signatures");
	assert_signed(3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_signs_with_a_token),
		cmocka_unit_test(a_wrong_pin_is_tried_once),
		cmocka_unit_test(a_token_that_is_not_there_is_said),
		cmocka_unit_test(one_of_two_matches_is_not_chosen),
		cmocka_unit_test(a_key_of_nobody_asks_for_no_pin),
		cmocka_unit_test(a_pin_is_never_an_argument),
		cmocka_unit_test(a_passphrase_opens_the_file),
		cmocka_unit_test(a_pin_is_typed_unseen),
		cmocka_unit_test(an_authorization_and_its_note_take_one_pin),
		cmocka_unit_test(a_new_key_is_typed_twice),
		cmocka_unit_test(nothing_makes_a_key_by_accident),
		cmocka_unit_test(whoever_wants_no_passphrase_is_told),
		cmocka_unit_test(a_pinentry_asks),
		cmocka_unit_test(a_signature_that_does_not_verify_is_none),
		cmocka_unit_test(a_keypad_is_typed_on),
		cmocka_unit_test(a_token_that_asks_twice_says_why),
	};
	return cmocka_run_group_tests(tests, make, drop);
}
