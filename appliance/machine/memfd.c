/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/memfd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* A kernel with vm.memfd_noexec adds F_SEAL_EXEC by itself. */
enum { ALL_SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

static bool write_all(int file, struct bytes content)
{
	while (content.size > 0) {
		const ssize_t done = write(file, content.data, content.size);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		content.data += done;
		content.size -= (size_t)done;
	}
	return true;
}

/* The kernel copies: the bytes never are in this process. */
static bool copy_all(int memfd, int file, size_t size)
{
	while (size > 0) {
		const ssize_t done = sendfile(memfd, file, NULL, size);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		size -= (size_t)done;
	}
	return true;
}

static int sealed(int memfd, bool written)
{
	if (memfd < 0)
		return -1;
	if (written && fcntl(memfd, F_ADD_SEALS, ALL_SEALS) == 0)
		return memfd;
	close(memfd);
	return -1;
}

static int create(void)
{
	return memfd_create("sandoq", MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

int memfd_of(struct bytes content)
{
	const int memfd = create();
	return sealed(memfd, memfd >= 0 && write_all(memfd, content));
}

int memfd_of_file(struct bytes start, int file, size_t size)
{
	const int memfd = create();
	return sealed(memfd, memfd >= 0 && write_all(memfd, start) &&
				     copy_all(memfd, file, size));
}

int memfd_written(const struct writer *out)
{
	return out->broken ? -1 : memfd_of(written(out));
}

static refusal check(int memfd, size_t most, struct stat *status)
{
	const int seals = fcntl(memfd, F_GET_SEALS);
	if (seals < 0 || (seals & ALL_SEALS) != ALL_SEALS)
		return "a memfd is not sealed";
	return fstat(memfd, status) != 0 || status->st_size < 0 ||
			       (uint64_t)status->st_size > most
		       ? "a memfd is too large"
		       : NULL;
}

refusal memfd_check(int memfd, size_t most)
{
	struct stat status;
	return check(memfd, most, &status);
}

refusal memfd_map(int memfd, size_t most, struct bytes *out)
{
	struct stat status;
	void *data;
	const refusal why = check(memfd, most, &status);
	if (why != NULL)
		return why;
	*out = bytes_of(NULL, 0);
	if (status.st_size == 0)
		return NULL;
	data = mmap(
		NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, memfd, 0);
	if (data == MAP_FAILED)
		return "a memfd cannot be mapped";
	*out = bytes_of(data, (size_t)status.st_size);
	return NULL;
}

void memfd_unmap(struct bytes *mapping)
{
	if (mapping->size > 0)
		munmap((void *)(uintptr_t)mapping->data, mapping->size);
	*mapping = bytes_of(NULL, 0);
}
