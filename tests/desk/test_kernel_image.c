/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel with an initramfs, taken apart. */
#include "appliance/desk/image/cpio.h"
#include "appliance/desk/image/kernel_image.h"
#include "tests/support/kernel_file.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <lz4.h>
#include <lzma.h>
#include <zstd.h>

struct kernel {
	uint8_t byte[KERNEL_FILE_KERNEL_MOST];
	size_t size;
};

struct file {
	uint8_t byte[KERNEL_FILE_MOST];
	size_t size;
};

typedef struct bytes packer(struct bytes, uint8_t *, size_t);

static struct bytes archive(uint8_t *buffer, size_t capacity)
{
	struct writer out = writer_of(buffer, capacity);
	write_cpio(&out, "dev", 040755, bytes_of(NULL, 0));
	write_cpio(&out, "dev/console", 020600, bytes_of(NULL, 0));
	write_cpio(&out, "init", 0120777, bytes_of("program", 8));
	write_cpio(&out, "init2", 0120777, bytes_of_text("program"));
	write_cpio(&out, "program", 0100555, bytes_of_text("070701 runs"));
	write_cpio_end(&out);
	assert_false(out.broken);
	return written(&out);
}

static struct kernel kernel(void)
{
	uint8_t buffer[2048];
	struct kernel made;
	struct writer out = writer_of(made.byte, sizeof(made.byte));
	write_kernel(&out, archive(buffer, sizeof(buffer)));
	assert_false(out.broken);
	made.size = out.size;
	return made;
}

static struct bytes pack_lz4(struct bytes plain, uint8_t *out, size_t capacity)
{
	static const uint8_t magic[] = { 0x02, 0x21, 0x4C, 0x18 };
	struct writer header = writer_of(out, 8);
	int size = LZ4_compress_default((const char *)plain.data,
		(char *)out + 8, (int)plain.size, (int)capacity - 8);
	assert_true(size > 0);
	write_bytes(&header, bytes_of(magic, sizeof(magic)));
	write_little(&header, (uint64_t)size, 4);
	return bytes_of(out, 8 + (size_t)size);
}

static struct bytes pack_xz(struct bytes plain, uint8_t *out, size_t capacity)
{
	size_t size = 0;
	assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, NULL,
				 plain.data, plain.size, out, &size, capacity),
		LZMA_OK);
	return bytes_of(out, size);
}

static struct bytes pack_zstd(struct bytes plain, uint8_t *out, size_t capacity)
{
	size_t size = ZSTD_compress(out, capacity, plain.data, plain.size, 19);
	assert_false(ZSTD_isError(size));
	return bytes_of(out, size);
}

static struct file packed_by(packer *pack, const struct kernel *kernel)
{
	uint8_t buffer[KERNEL_FILE_KERNEL_MOST];
	struct file file;
	struct writer out = writer_of(file.byte, sizeof(file.byte));
	struct bytes packed = pack(
		bytes_of(kernel->byte, kernel->size), buffer, sizeof(buffer));
	write_kernel_file(&out, packed, kernel->size);
	assert_false(out.broken);
	file.size = out.size;
	return file;
}

static void expect_refused(struct bytes file, const char *reason)
{
	struct kernel_image image;
	refusal refused = kernel_image_read(file, &image);
	assert_non_null(refused);
	assert_string_equal(refused, reason);
	kernel_image_free(&image);
}

static void expect_kernel_refused(
	const struct kernel *kernel, const char *reason)
{
	struct file file = packed_by(pack_lz4, kernel);
	expect_refused(bytes_of(file.byte, file.size), reason);
}

static void expect_text(struct bytes got, const char *wanted)
{
	assert_int_equal(got.size, strlen(wanted));
	assert_memory_equal(got.data, wanted, got.size);
}

static void expect_entry(
	struct cpio *cpio, const char *path, uint32_t mode, const char *content)
{
	struct cpio_entry entry;
	bool end;
	assert_null(cpio_next(cpio, &entry, &end));
	assert_false(end);
	expect_text(entry.path, path);
	expect_text(entry.content, content);
	assert_int_equal(entry.mode, mode);
	assert_int_equal(entry.user, 7);
	assert_int_equal(entry.group, 8);
	assert_int_equal(entry.device_major, 5);
	assert_int_equal(entry.device_minor, 1);
}

static void expect_parts(const struct kernel_image *image)
{
	struct cpio cpio = cpio_of(image->initramfs);
	struct cpio_entry entry;
	bool end;
	expect_text(image->version, KERNEL_FILE_VERSION);
	expect_text(image->command_line, KERNEL_FILE_COMMAND_LINE);
	assert_int_equal(image->initramfs.size % 512, 0);
	expect_entry(&cpio, "dev", 040755, "");
	expect_entry(&cpio, "dev/console", 020600, "");
	expect_entry(&cpio, "init", 0120777, "program");
	expect_entry(&cpio, "init2", 0120777, "program");
	expect_entry(&cpio, "program", 0100555, "070701 runs");
	assert_null(cpio_next(&cpio, &entry, &end));
	assert_true(end);
}

static void test_every_packing_is_read(void **state)
{
	static packer *const packers[] = { pack_lz4, pack_xz, pack_zstd };
	struct kernel whole = kernel();
	(void)state;

	for (size_t i = 0; i < sizeof(packers) / sizeof(packers[0]); i++) {
		struct file file = packed_by(packers[i], &whole);
		struct kernel_image image;

		assert_null(kernel_image_read(
			bytes_of(file.byte, file.size), &image));
		expect_parts(&image);
		kernel_image_free(&image);
	}
}

static void test_damage_is_refused(void **state)
{
	static packer *const packers[] = { pack_lz4, pack_xz, pack_zstd };
	struct kernel whole = kernel();
	(void)state;

	for (size_t i = 0; i < sizeof(packers) / sizeof(packers[0]); i++) {
		struct file file = packed_by(packers[i], &whole);
		size_t size = file.byte[0x24C] + 256U * file.byte[0x24D];

		file.byte[KERNEL_FILE_SECTORS + size - 4]++;
		expect_refused(bytes_of(file.byte, file.size),
			"the packed kernel is damaged");
	}
}

static void test_other_files_are_refused(void **state)
{
	struct kernel whole = kernel();
	struct file file = packed_by(pack_lz4, &whole);
	struct file other = file;
	(void)state;

	for (size_t size = 0; size < 0x250; size++)
		expect_refused(bytes_of(file.byte, size),
			"it is not a Linux kernel for x86-64");
	for (size_t size = 0x250; size <= KERNEL_FILE_SECTORS; size++)
		expect_refused(bytes_of(file.byte, size),
			"the kernel's file is cut off");
	other.byte[0x206] = 0x0B;
	expect_refused(bytes_of(other.byte, other.size),
		"it is not a Linux kernel for x86-64");
	other = file;
	other.byte[KERNEL_FILE_SECTORS]++;
	expect_refused(bytes_of(other.byte, other.size),
		"the kernel is packed neither with LZ4, XZ nor Zstandard");
}

static void test_initramfs_is_found_only_whole(void **state)
{
	struct kernel other = kernel();
	(void)state;

	other.byte[other.size - 8]++;
	expect_kernel_refused(&other, "the kernel has no initramfs in it");
	other = kernel();
	other.byte[KERNEL_FILE_INITRAMFS_AT + 6] = 'x';
	expect_kernel_refused(&other, "the kernel has no initramfs in it");
	other = kernel();
	other.byte[0] = 0;
	expect_kernel_refused(
		&other, "what the kernel unpacks to is not an ELF file");
}

static void test_two_initramfs_are_refused(void **state)
{
	struct kernel other = kernel();
	uint8_t buffer[2048];
	struct bytes second = archive(buffer, sizeof(buffer));
	struct writer out = writer_of(
		other.byte + other.size, sizeof(other.byte) - other.size);
	(void)state;

	write_bytes(&out, second);
	write_little(&out, second.size, 8);
	other.size += out.size;
	expect_kernel_refused(&other, "the kernel has more than one initramfs");
}

static void test_command_line_is_found_only_whole(void **state)
{
	static const char none[] = "the kernel has no built-in command line";
	struct kernel other = kernel();
	(void)state;

	other.byte[KERNEL_FILE_COMMAND_LINE_AT]++;
	expect_kernel_refused(&other, none);
	other = kernel();
	other.byte[KERNEL_FILE_INITRAMFS_AT - 1] = 1;
	expect_kernel_refused(&other, none);
}

static void test_two_command_lines_are_refused(void **state)
{
	struct kernel other = kernel();
	struct writer out = writer_of(
		other.byte + other.size, sizeof(other.byte) - other.size);
	(void)state;

	write_zeros(&out, (16 - other.size % 16) % 16);
	write_text(&out, KERNEL_FILE_COMMAND_LINE);
	write_zeros(&out, 2048);
	other.size += out.size;
	expect_kernel_refused(&other,
		"more than one text of the kernel may be its command line");
}

static refusal read_one(const char *path, uint32_t mode, size_t cut)
{
	uint8_t buffer[512];
	struct writer out = writer_of(buffer, sizeof(buffer));
	struct cpio_entry entry;
	bool end;
	write_cpio(&out, path, mode, bytes_of_text("\tcontent"));
	struct cpio cpio = cpio_of(bytes_of(buffer, out.size - cut));
	return cpio_next(&cpio, &entry, &end);
}

static void test_archives_are_checked(void **state)
{
	(void)state;

	assert_null(read_one("init", 0100444, 0));
	assert_string_equal(read_one("init", 0100444, 1),
		"a file of the initramfs is cut off");
	assert_string_equal(read_one("init", 0100444, 10),
		"a path of the initramfs is cut off");
	assert_string_equal(
		read_one("init", 0100444, 30), "the initramfs is cut off");
	assert_string_equal(
		read_one("", 0100444, 0), "a path of the initramfs is cut off");
	assert_string_equal(read_one("in\033[2Jit", 0100444, 0),
		"a path of the initramfs has odd characters");
	assert_string_equal(read_one("init", 0120777, 0),
		"a link of the initramfs has odd characters");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_packing_is_read),
		cmocka_unit_test(test_damage_is_refused),
		cmocka_unit_test(test_other_files_are_refused),
		cmocka_unit_test(test_initramfs_is_found_only_whole),
		cmocka_unit_test(test_two_initramfs_are_refused),
		cmocka_unit_test(test_command_line_is_found_only_whole),
		cmocka_unit_test(test_two_command_lines_are_refused),
		cmocka_unit_test(test_archives_are_checked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
