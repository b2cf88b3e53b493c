/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nothing in the table can be taken away: this program executes itself as each
 * role with one entry of its row missing, and the role then fails at what it
 * is there for.
 */
#include "appliance/machine/roles.h"
#include "appliance/machine/spawn.h"
#include "tests/desk/scenarios.h"
#include "tests/support/confined.h"
#include "tests/support/patience.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fb.h>
#include <malloc.h>
#include <openssl/core_names.h>
#include <openssl/rand.h>
#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	PATIENCE = 600,
	CALLS_MOST = 64,
	PATHS_MOST = 4,
	CAPABILITIES_MOST = 4,
	RIGHTS = 5, /* bits of enum sandbox_right */
};

enum entry { NOTHING, CALL, DESCRIPTOR, RIGHT, CAPABILITY };

/* What the next role that starts lacks. It lies in the working directory. */
struct missing {
	enum role role;
	enum entry entry;
	size_t index;
};

static const char missing_file[] = "missing";
static char place[] = "/tmp/sandoq-minimal.XXXXXX";

/* --- the role --- */

static void take_call(struct sandbox_spec *spec, size_t index)
{
	static struct sandbox_call left[CALLS_MOST];
	size_t count = 0;
	for (size_t i = 0; i < spec->call_count; i++)
		if (i != index)
			left[count++] = spec->calls[i];
	spec->calls = left;
	spec->call_count = count;
}

static void take_descriptor(struct sandbox_spec *spec, size_t index)
{
	static struct sandbox_descriptor left[CONFINED_DESCRIPTORS];
	size_t count = 0;
	for (size_t i = 0; i < spec->descriptor_count; i++)
		if (i != index)
			left[count++] = spec->descriptors[i];
	spec->descriptors = left;
	spec->descriptor_count = count;
}

/* Bit by bit, path after path. */
static void take_right(struct sandbox_spec *spec, size_t index)
{
	static struct sandbox_path left[PATHS_MOST];
	for (size_t i = 0; i < spec->path_count; i++)
		left[i] = spec->paths[i];
	left[index / RIGHTS].rights &= ~(1U << index % RIGHTS);
	spec->paths = left;
}

static void take_capability(struct sandbox_spec *spec, size_t index)
{
	static struct sandbox_capability left[CAPABILITIES_MOST];
	size_t count = 0;
	for (size_t i = 0; i < spec->capability_count; i++)
		if (i != index)
			left[count++] = spec->capabilities[i];
	spec->capabilities = left;
	spec->capability_count = count;
}

static struct missing read_missing(void)
{
	struct missing out = { 0 };
	const int file = open(missing_file, O_RDONLY | O_CLOEXEC);
	if (file < 0 || read(file, &out, sizeof(out)) != sizeof(out))
		_exit(2);
	close(file);
	return out;
}

/* Blocks of this size until the heap has to grow for one. */
static void use_up(size_t size)
{
	static void *volatile last;
	const void *end = sbrk(0);
	while (sbrk(0) == end)
		last = malloc(size);
	(void)last;
}

static void fill_heap(void)
{
	for (size_t size = 1 << 16; size > 0; size /= 2)
		use_up(size);
	malloc_trim(0);
}

/*
 * In the place of libseccomp's, just before the filter is there. What room the
 * heap has then is chance, and a process that has run for hours may have none.
 */
void seccomp_release(scmp_filter_ctx filter)
{
	static bool full;
	(void)filter;
	if (!full)
		fill_heap();
	full = true;
}

/* As after an hour: libcrypto's generators want new seed. */
static void want_seed(void)
{
	unsigned once = 1;
	const OSSL_PARAM limits[] = {
		OSSL_PARAM_uint(OSSL_DRBG_PARAM_RESEED_REQUESTS, &once),
		OSSL_PARAM_END,
	};
	EVP_RAND_CTX *const all[] = { RAND_get0_primary(NULL),
		RAND_get0_public(NULL), RAND_get0_private(NULL) };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!EVP_RAND_CTX_set_params(all[i], limits))
			_exit(2);
}

static void describe_screen(struct fb_var_screeninfo *screen)
{
	*screen = (struct fb_var_screeninfo){ .xres = SCENARIO_WIDTH,
		.yres = SCENARIO_HEIGHT,
		.bits_per_pixel = 32,
		.red = { .offset = 16, .length = 8 },
		.green = { .offset = 8, .length = 8 },
		.blue = { .length = 8 } };
}

static void describe_memory(struct fb_fix_screeninfo *memory)
{
	*memory = (struct fb_fix_screeninfo){ .type = FB_TYPE_PACKED_PIXELS,
		.visual = FB_VISUAL_TRUECOLOR,
		.line_length = SCENARIO_WIDTH * 4,
		.smem_len = SCENARIO_WIDTH * SCENARIO_HEIGHT * 4 };
}

/*
 * In the place of the C library's: the kernel is asked, and the filter with it;
 * then a memfd says that it is a framebuffer.
 */
int ioctl(int file, unsigned long request, ...)
{
	va_list list;
	va_start(list, request);
	void *out = va_arg(list, void *);
	va_end(list);
	if (syscall(SYS_ioctl, file, request, out) == 0)
		return 0;
	if (errno != ENOTTY)
		return -1;
	if (request == FBIOGET_VSCREENINFO)
		describe_screen(out);
	else if (request == FBIOGET_FSCREENINFO)
		describe_memory(out);
	else
		return -1;
	return 0;
}

_Noreturn static void be_role(const char *name, enum sandbox_setting setting)
{
	const struct missing missing = read_missing();
	const struct role_row *row = NULL;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++)
		if (strcmp(role_name(role), name) == 0)
			row = role_row_of(role);
	struct confined confined;
	confined_prepare_as_open(&confined, row->sandbox);
	const bool lacks = missing.role == row->role;
	if (lacks && missing.entry == CALL)
		take_call(&confined.spec, missing.index);
	if (lacks && missing.entry == RIGHT)
		take_right(&confined.spec, missing.index);
	if (lacks && missing.entry == DESCRIPTOR)
		take_descriptor(&confined.spec, missing.index);
	if (lacks && missing.entry == CAPABILITY)
		take_capability(&confined.spec, missing.index);
	role_prepare(row);
	if (row->crypto)
		want_seed();
	sandbox_enter(&confined.spec, setting);
	_exit(row->main());
}

/* --- the test --- */

static void write_missing(struct missing missing)
{
	const int file = open(
		missing_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_int_equal(
		write(file, &missing, sizeof(missing)), sizeof(missing));
	close(file);
}

static bool plays(const struct stage *stage, struct missing missing)
{
	write_missing(missing);
	return scenario_of(stage, missing.role)(stage);
}

static void test_whole_roles_do_their_work(void **state)
{
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++)
		if (scenario_of(*state, role) != NULL &&
			!plays(*state, (struct missing){ role, NOTHING, 0 }))
			fail_msg("the %s role does not do its work",
				role_name(role));
}

static void test_no_call_can_be_taken_away(void **state)
{
	size_t needless = 0;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		const struct sandbox_spec *spec = role_row_of(role)->sandbox;
		assert_in_range(spec->call_count, 1, CALLS_MOST);
		for (size_t i = 0;
			scenario_of(*state, role) && i < spec->call_count; i++)
			if (plays(*state, (struct missing){ role, CALL, i })) {
				print_error("%s does without call %ld: %s\n",
					role_name(role), spec->calls[i].number,
					spec->calls[i].reason);
				needless++;
			}
	}
	assert_int_equal(needless, 0);
}

/* So to narrow a bound is to take its row away, as above. */
static void test_every_bound_is_one_value(void **state)
{
	(void)state;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		const struct sandbox_spec *spec = role_row_of(role)->sandbox;
		for (size_t i = 0; i < spec->call_count * SANDBOX_BOUNDS; i++) {
			const struct sandbox_call *call =
				&spec->calls[i / SANDBOX_BOUNDS];
			const enum sandbox_compare compare =
				call->bound[i % SANDBOX_BOUNDS].compare;
			if (compare != SANDBOX_ANY && compare != SANDBOX_EQUAL)
				fail_msg("%s: call %ld has a bound that may "
					 "be too wide",
					spec->name, call->number);
		}
	}
}

static void test_no_descriptor_can_be_taken_away(void **state)
{
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		const struct sandbox_spec *spec = role_row_of(role)->sandbox;
		for (size_t i = 0;
			scenario_of(*state, role) && i < spec->descriptor_count;
			i++)
			if (plays(*state,
				    (struct missing){ role, DESCRIPTOR, i }))
				fail_msg("%s does without descriptor %d",
					role_name(role),
					spec->descriptors[i].number);
	}
}

static void test_no_right_can_be_taken_away(void **state)
{
	const struct sandbox_spec *spec = role_row_of(ROLE_MEDIA)->sandbox;
	if (scenario_of(*state, ROLE_MEDIA) == NULL)
		skip();
	assert_in_range(spec->path_count, 1, PATHS_MOST);
	for (size_t i = 0; i < spec->path_count * RIGHTS; i++) {
		const struct sandbox_path *path = &spec->paths[i / RIGHTS];
		const unsigned right = 1U << i % RIGHTS;
		if ((path->rights & right) != 0 &&
			plays(*state, (struct missing){ ROLE_MEDIA, RIGHT, i }))
			fail_msg("media does without right %u below %s", right,
				path->path);
	}
}

static void test_no_capability_can_be_taken_away(void **state)
{
	const struct sandbox_spec *spec = role_row_of(ROLE_MEDIA)->sandbox;
	if (scenario_of(*state, ROLE_MEDIA) == NULL)
		skip();
	assert_in_range(spec->capability_count, 1, CAPABILITIES_MOST);
	for (size_t i = 0; i < spec->capability_count; i++)
		if (plays(*state,
			    (struct missing){ ROLE_MEDIA, CAPABILITY, i }))
			fail_msg("media does without capability %d",
				spec->capabilities[i].number);
}

/* Nor is there anything else that grants. */
static void test_no_role_has_more(void **state)
{
	(void)state;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		const struct sandbox_spec *spec = role_row_of(role)->sandbox;
		const bool media = role == ROLE_MEDIA;
		assert_int_equal(spec->capability_count > 0, media);
		assert_int_equal(spec->path_count > 0, media);
	}
}

static int prepare(void **state)
{
	static struct stage stage;
	*state = &stage;
	stage.setting = confined_setting();
	stage.paper = paper_make();
	stage.swtpm = swtpm_make();
	return mkdtemp(place) != NULL && chdir(place) == 0 ? 0 : -1;
}

static int clear(void **state)
{
	const struct stage *stage = *state;
	if (stage == NULL)
		return -1;
	paper_free((struct paper *)stage->paper);
	swtpm_free(stage->swtpm);
	return unlink(missing_file) == 0 && rmdir(place) == 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_roles_do_their_work),
		cmocka_unit_test(test_no_call_can_be_taken_away),
		cmocka_unit_test(test_every_bound_is_one_value),
		cmocka_unit_test(test_no_descriptor_can_be_taken_away),
		cmocka_unit_test(test_no_right_can_be_taken_away),
		cmocka_unit_test(test_no_capability_can_be_taken_away),
		cmocka_unit_test(test_no_role_has_more),
	};
	enum sandbox_setting setting;
	if (argc == 3 && strcmp(argv[0], "sandoqd") == 0 &&
		setting_of_name(argv[2], &setting))
		be_role(argv[1], setting);
	patience(PATIENCE);
	return cmocka_run_group_tests(tests, prepare, clear);
}
