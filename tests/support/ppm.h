/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures as PPM: three bytes a pixel. */
#ifndef SANDOQ_TESTS_SUPPORT_PPM_H
#define SANDOQ_TESTS_SUPPORT_PPM_H

#include "appliance/machine/screen_canvas.h"

/* The pixels alone; the caller frees out->data, which is `*space`. */
struct bytes ppm_of(const struct canvas *, uint8_t **space);
/* False when the file cannot be written. */
bool ppm_write(const char *path, const struct canvas *);

#endif
