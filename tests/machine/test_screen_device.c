/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Framebuffers that can be drawn on: this program is the kernel that tells of
 * them, and a memfd is their memory. The largest one is opened under the
 * console role's limit.
 */
#include "appliance/machine/roles.h"
#include "appliance/machine/screen_device.h"

#include <linux/fb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct fb_var_screeninfo screen;
static struct fb_fix_screeninfo memory;
static bool is_none;

int __wrap_ioctl(int, unsigned long, void *);

int __wrap_ioctl(int file, unsigned long request, void *out)
{
	(void)file;
	if (request == FBIOGET_VSCREENINFO)
		memcpy(out, &screen, sizeof(screen));
	else
		memcpy(out, &memory, sizeof(memory));
	return is_none ? -1 : 0;
}

static void be_screen(unsigned width, unsigned height)
{
	is_none = false;
	screen = (struct fb_var_screeninfo){ .xres = width,
		.yres = height,
		.bits_per_pixel = 32,
		.red = { .offset = 16, .length = 8 },
		.green = { .offset = 8, .length = 8 },
		.blue = { .offset = 0, .length = 8 } };
	memory = (struct fb_fix_screeninfo){ .type = FB_TYPE_PACKED_PIXELS,
		.visual = FB_VISUAL_TRUECOLOR,
		.line_length = 4 * width,
		.smem_len = 4 * width * height };
}

/* Whether it is, and what is drawn last is in its memory. */
static bool is_drawn_on(bool *none)
{
	static struct canvas canvas;
	struct screen_device device;
	const size_t size = memory.smem_len;
	const int file = memfd_create("frame", MFD_CLOEXEC);
	uint32_t last = 0;
	assert_int_equal(ftruncate(file, (off_t)size), 0);
	const bool opened = screen_device_open(file, &device, &canvas, none);
	if (opened) {
		const struct area corner = { canvas.width - 1,
			canvas.height - 1, 1, 1 };
		canvas_fill(&canvas, corner, 0x123456);
		screen_device_show(&device, &canvas, corner);
		assert_int_equal(pread(file, &last, sizeof(last),
					 (off_t)(size - sizeof(last))),
			sizeof(last));
		assert_int_equal(last, 0x123456);
		munmap(device.frame, size);
		munmap(canvas.pixel, size);
	}
	close(file);
	return opened;
}

static void test_what_cannot_be_drawn_on(void **state)
{
	bool none;
	(void)state;
	be_screen(640, 480);
	is_none = true;
	assert_false(is_drawn_on(&none));
	assert_true(none);
	be_screen(640, 480);
	screen.bits_per_pixel = 16;
	assert_false(is_drawn_on(&none));
	assert_false(none);
	be_screen(CANVAS_WIDTH_MOST + 1, 480);
	assert_false(is_drawn_on(&none));
	assert_false(none);
	be_screen(640, CANVAS_HEIGHT_MOST + 1);
	assert_false(is_drawn_on(&none));
	assert_false(none);
	be_screen(640, 480);
	memory.smem_len--;
	assert_false(is_drawn_on(&none));
}

/* Under the sanitizer there is no limit of memory. */
static void test_every_other_is_within_the_role_s_memory(void **state)
{
	static const unsigned sizes[][2] = { { 640, 480 }, { 3840, 2160 },
		{ 7680, 4320 }, { CANVAS_WIDTH_MOST, CANVAS_HEIGHT_MOST } };
	const rlim_t most = role_row_of(ROLE_CONSOLE)->sandbox->memory;
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		int status = -1;
		const pid_t child = fork();
		if (child == 0) {
			bool none;
#ifndef __SANITIZE_ADDRESS__
			setrlimit(RLIMIT_AS, &(struct rlimit){ most, most });
#endif
			be_screen(sizes[i][0], sizes[i][1]);
			_exit(is_drawn_on(&none) ? 0 : 1);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
	assert_true(most > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_cannot_be_drawn_on),
		cmocka_unit_test(test_every_other_is_within_the_role_s_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
