/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/screen_device.h"

#include <linux/fb.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

enum { PIXEL = 4 };

/* Eight bits of the pixel, all of them within it. */
static bool is_channel(const struct fb_bitfield *field)
{
	return field->length == 8 && field->offset <= 24 &&
	       field->msb_right == 0;
}

static bool can_be_drawn(const struct fb_var_screeninfo *screen,
	const struct fb_fix_screeninfo *memory)
{
	return memory->type == FB_TYPE_PACKED_PIXELS &&
	       memory->visual == FB_VISUAL_TRUECOLOR &&
	       screen->bits_per_pixel == 8 * PIXEL &&
	       is_channel(&screen->red) && is_channel(&screen->green) &&
	       is_channel(&screen->blue) && screen->xres > 0 &&
	       screen->yres > 0 && screen->xres <= CANVAS_WIDTH_MOST &&
	       screen->yres <= CANVAS_HEIGHT_MOST && screen->xoffset == 0 &&
	       screen->yoffset == 0 &&
	       memory->line_length >= screen->xres * PIXEL &&
	       memory->smem_len / memory->line_length >= screen->yres;
}

bool screen_device_open(int descriptor, struct screen_device *device,
	struct canvas *canvas, bool *none)
{
	struct fb_var_screeninfo screen;
	struct fb_fix_screeninfo memory;
	void *frame, *picture;
	device->frame = NULL;
	*none = ioctl(descriptor, FBIOGET_VSCREENINFO, &screen) != 0 ||
		ioctl(descriptor, FBIOGET_FSCREENINFO, &memory) != 0;
	if (*none || !can_be_drawn(&screen, &memory))
		return false;
	frame = mmap(NULL, (size_t)memory.line_length * screen.yres, PROT_WRITE,
		MAP_SHARED, descriptor, 0);
	picture = mmap(NULL, (size_t)screen.xres * screen.yres * PIXEL,
		PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (frame == MAP_FAILED || picture == MAP_FAILED)
		return false;
	canvas->pixel = picture;
	canvas->width = (int)screen.xres;
	canvas->height = (int)screen.yres;
	*device = (struct screen_device){ frame, memory.line_length,
		screen.red.offset, screen.green.offset, screen.blue.offset };
	return true;
}

static uint32_t as_on(const struct screen_device *device, uint32_t pixel)
{
	return (pixel >> 16 & 0xff) << device->red |
	       (pixel >> 8 & 0xff) << device->green |
	       (pixel & 0xff) << device->blue;
}

/* The memory is only written: to read a framebuffer takes long. */
void screen_device_show(const struct screen_device *device,
	const struct canvas *canvas, struct area area)
{
	for (int y = area.y; y < area.y + area.height; y++) {
		const uint32_t *from =
			canvas->pixel + (ptrdiff_t)y * canvas->width + area.x;
		volatile uint32_t *to =
			(volatile uint32_t *)(void *)(device->frame +
						      (size_t)y *
							      device->line) +
			area.x;
		for (int i = 0; i < area.width; i++)
			to[i] = as_on(device, from[i]);
	}
}
