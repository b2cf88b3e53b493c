/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another program's eyes: what zbarimg reads of a picture's one QR code.
 */
#ifndef SANDOQ_TESTS_QR_READER_H
#define SANDOQ_TESTS_QR_READER_H

/*
 * Fails the test unless the file is a picture with this text, which has no
 * line's end. The file is gone afterwards.
 */
void expect_qr(const char *path, const char *text);

#endif
