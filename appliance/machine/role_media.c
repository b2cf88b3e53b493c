/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only process that lets USB devices bind and opens what they carry. It
 * reads none of it: every medium goes to the supervisor as a descriptor.
 *
 * A kernel event says no more than "look again"; what is there then is read
 * from /sys. A medium is known by the kernel's disk sequence number, which no
 * two have in one boot, however fast they are swapped.
 */
#include "appliance/machine/role.h"
#include "appliance/machine/roles.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const char usb_devices[] = "/sys/bus/usb/devices";
static const char disks[] = "/sys/block";

enum {
	FOLDER_PART = 4096, /* bytes of a list that are read at once */
	NAME_PART = 32,	    /* of what a disk calls itself */
};

/* A folder's names. opendir(3) would ask for memory, this role for none. */
struct folder {
	int file;
	ssize_t size; /* of the part that was read last */
	ssize_t at;
	_Alignas(struct dirent64) char part[FOLDER_PART];
};

struct media {
	struct wire_end end;
	int events; /* the kernel's, see netlink(7) NETLINK_KOBJECT_UEVENT */
	bool bound;
	char disk[NAME_MAX + 1]; /* the medium handed out; empty: none */
	uint64_t sequence;	 /* its disk sequence number */
	uint64_t waiting;	 /* that of the last one told to wait, or 0 */
};

static bool folder_open(const char *path, struct folder *out)
{
	out->size = 0;
	out->at = 0;
	out->file = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return out->file >= 0;
}

/* NULL behind the last; valid until it is called again. */
static const char *folder_next(struct folder *folder)
{
	const struct dirent64 *entry;
	if (folder->at == folder->size) {
		folder->at = 0;
		folder->size = getdents64(
			folder->file, folder->part, sizeof(folder->part));
	}
	if (folder->size <= 0)
		return NULL;
	entry = (const void *)(folder->part + folder->at);
	folder->at += entry->d_reclen;
	return entry->d_name;
}

/*
 * A disk on USB, and never the machine's own: the parent of its SCSI host is
 * a USB interface of the mass storage class.
 */
static bool is_medium(const char *name)
{
	char path[PATH_MAX];
	char class[2];
	snprintf(path, sizeof(path), "%s/%s/device/../../../bInterfaceClass",
		disks, name);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	ssize_t got = read(file, class, sizeof(class));
	close(file);
	return got == sizeof(class) && memcmp(class, "08", sizeof(class)) == 0;
}

/* Opens the disk and asks the descriptor itself which medium it is. */
static int open_disk(const char *name, int mode, uint64_t *sequence)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "/dev/%s", name);
	int disk = open(path, mode | O_NOCTTY | O_CLOEXEC);
	if (disk >= 0 && ioctl(disk, BLKGETDISKSEQ, sequence) != 0) {
		close(disk);
		return -1;
	}
	return disk;
}

/* The sequence number of the disk that has this name now; 0 if none. */
static uint64_t sequence_now(const char *name)
{
	char path[PATH_MAX];
	char text[24];
	snprintf(path, sizeof(path), "%s/%s/diskseq", disks, name);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return 0;
	ssize_t got = read(file, text, sizeof(text));
	close(file);
	uint64_t sequence = 0;
	if (got < 1 || !decimal_decode(bytes_of(text, (size_t)got - 1),
			       UINT64_MAX, &sequence))
		return 0;
	return sequence;
}

/* Hands the disk out. One that cannot be opened yet will make an event. */
static refusal offer(struct media *media, const char *name)
{
	int disk = open_disk(name, O_RDONLY, &media->sequence);
	if (disk < 0)
		return NULL;
	snprintf(media->disk, sizeof(media->disk), "%s", name);
	refusal why =
		wire_send(&media->end, SAY(MEDIA_HERE, &nothing), &disk, 1);
	close(disk);
	return why;
}

/* One medium at a time: the first that can be opened. */
static refusal offer_any(struct media *media)
{
	struct folder folder;
	const char *name;
	refusal why = NULL;
	if (!folder_open(disks, &folder))
		return "the disks cannot be listed";
	while (why == NULL && media->disk[0] == '\0' &&
		(name = folder_next(&folder)) != NULL)
		if (is_medium(name))
			why = offer(media, name);
	close(folder.file);
	return why;
}

/* What a disk says of itself: letters that every screen has, or nothing. */
static size_t read_name(const char *disk, const char *leaf, char *out)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/%s/device/%s", disks, disk, leaf);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return 0;
	ssize_t got = read(file, out, NAME_PART);
	close(file);
	while (got > 0 && (out[got - 1] == '\n' || out[got - 1] == ' '))
		got--;
	for (ssize_t i = 0; i < got; i++)
		if (out[i] < ' ' || out[i] > '~')
			out[i] = '?';
	return got < 0 ? 0 : (size_t)got;
}

static refusal tell_that_it_waits(struct media *media, const char *disk)
{
	struct wire_text text;
	char vendor[NAME_PART];
	char model[NAME_PART];
	char line[2 * NAME_PART + 2];
	const int vendor_size = (int)read_name(disk, "vendor", vendor);
	const int model_size = (int)read_name(disk, "model", model);
	snprintf(line, sizeof(line), "%.*s %.*s", vendor_size, vendor,
		model_size, model);
	wire_text_set(&text, line);
	return wire_send(&media->end, SAY(MEDIA_WAITS, &text), NULL, 0);
}

/* A card reader without a card is a disk of size 0. */
static bool is_empty(const char *disk)
{
	char path[PATH_MAX];
	char first = '0';
	snprintf(path, sizeof(path), "%s/%s/size", disks, disk);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return true;
	if (read(file, &first, 1) != 1)
		first = '0';
	close(file);
	return first == '0';
}

/* Not opened: a stick that breaks could hold whoever opens it for minutes. */
static refusal tell_of_another(struct media *media, const char *disk)
{
	if (strcmp(disk, media->disk) == 0 || !is_medium(disk) ||
		is_empty(disk))
		return NULL;
	const uint64_t sequence = sequence_now(disk);
	if (sequence <= media->waiting)
		return NULL;
	media->waiting = sequence;
	return tell_that_it_waits(media, disk);
}

static refusal tell_of_others(struct media *media)
{
	struct folder folder;
	const char *name;
	refusal why = NULL;
	if (!folder_open(disks, &folder))
		return "the disks cannot be listed";
	while (why == NULL && (name = folder_next(&folder)) != NULL)
		why = tell_of_another(media, name);
	close(folder.file);
	return why;
}

static refusal forget_what_has_gone(struct media *media)
{
	if (media->disk[0] == '\0' ||
		sequence_now(media->disk) == media->sequence)
		return NULL;
	media->disk[0] = '\0';
	return wire_send(&media->end, SAY(MEDIA_GONE, &nothing), NULL, 0);
}

/* Tells what has gone since, then what has come. */
static refusal look(struct media *media)
{
	refusal why = forget_what_has_gone(media);
	if (why == NULL && media->bound && media->disk[0] == '\0')
		why = offer_any(media);
	if (why == NULL && media->disk[0] != '\0')
		why = tell_of_others(media);
	return why;
}

static bool write_switch(const char *device, const char *leaf)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/%s/%s", usb_devices, device, leaf);
	int file = open(path, O_WRONLY | O_CLOEXEC);
	if (file < 0)
		return errno == ENOENT;
	bool done = write(file, "1", 1) == 1;
	return close(file) == 0 && done;
}

/* Interfaces have neither switch, root hubs have both. */
static bool authorise_each(const char *leaf)
{
	struct folder folder;
	const char *name;
	bool done = true;
	if (!folder_open(usb_devices, &folder))
		return false;
	while (done && (name = folder_next(&folder)) != NULL)
		if (strchr(name, ':') == NULL && name[0] != '.')
			done = write_switch(name, leaf);
	close(folder.file);
	return done;
}

/* Future devices first, so that none comes in between. */
static refusal bind_media(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct media *media = state;
	(void)message;
	if (!authorise_each("authorized_default") ||
		!authorise_each("authorized"))
		return role_refuse(
			end, NULL, "USB devices cannot be authorised");
	media->bound = true;
	refusal why = wire_send(end, SAY(DONE, &nothing), NULL, 0);
	return why != NULL ? why : look(media);
}

static const char pulled_out[] =
	"the outbox was pulled out: insert it again, and leave it until it is "
	"done";

static const char *why_not_writable(int error)
{
	switch (error) {
	case EROFS:
	case EACCES:
	case EPERM:
		return "the outbox is write-protected: let it be written, or "
		       "bring another";
	case ENOENT:
	case ENXIO:
	case ENODEV:
	case ENOMEDIUM:
		return pulled_out;
	default:
		return "the outbox cannot be opened for writing: bring another";
	}
}

static refusal open_writable(
	void *state, struct wire_end *end, struct wire_message *message)
{
	const struct media *media = state;
	uint64_t sequence = 0;
	(void)message;
	if (media->disk[0] == '\0')
		return role_refuse(end, NULL, pulled_out);
	int disk = open_disk(media->disk, O_RDWR, &sequence);
	if (disk < 0)
		return role_refuse(end, NULL, why_not_writable(errno));
	refusal why = sequence == media->sequence
			      ? wire_send(end, SAY(MEDIA_WRITABLE, &nothing),
					&disk, 1)
			      : role_refuse(end, NULL, pulled_out);
	close(disk);
	return why;
}

static bool any_medium(void)
{
	struct folder folder;
	const char *name;
	bool any = false;
	if (!folder_open(disks, &folder))
		return true;
	while (!any && (name = folder_next(&folder)) != NULL)
		any = is_medium(name);
	close(folder.file);
	return any || folder.size < 0;
}

/* In a counting boot: nothing was let bind, and nothing is. */
static refusal prove_none(
	void *state, struct wire_end *end, struct wire_message *message)
{
	const struct media *media = state;
	(void)message;
	if (media->bound || any_medium())
		return role_refuse(end, NULL, "a medium is bound");
	return wire_send(end, SAY(DONE, &nothing), NULL, 0);
}

static int open_events(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int events =
		socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);
	if (events >= 0 &&
		bind(events, (struct sockaddr *)&kernel, sizeof(kernel)) != 0) {
		close(events);
		return -1;
	}
	return events;
}

/* Whoever sent them, and lost or not: they only say "look again". */
static void drain_events(int events)
{
	char start[1];
	while (recv(events, start, sizeof(start), 0) >= 0 || errno == ENOBUFS ||
		errno == EINTR)
		;
}

static const struct role_duty duties[] = {
	{ MEDIA_BIND, bind_media },
	{ MEDIA_WRITE, open_writable },
	{ MEDIA_NONE, prove_none },
};

static bool serve_one(struct media *media)
{
	struct pollfd wait[] = {
		{ .fd = media->end.socket, .events = POLLIN },
		{ .fd = media->events, .events = POLLIN },
	};
	if (poll(wait, 2, -1) < 0)
		return errno == EINTR;
	if (wait[1].revents != 0) {
		drain_events(media->events);
		if (look(media) != NULL)
			return false;
	}
	return wait[0].revents == 0 ||
	       role_serve_one(&media->end, duties,
		       sizeof(duties) / sizeof(duties[0]), media);
}

int role_media(void)
{
	struct media media = { .end = role_end(ROLE_MEDIA) };
	media.events = open_events();
	if (media.events < 0)
		return 1;
	while (serve_one(&media))
		;
	return 1;
}
