/* SPDX-License-Identifier: MIT */
#include "differential.h"

#include "draw.h"
#include "hosts.h"
#include "musl.h"

#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <locale.h>
#include <net/if.h>
#include <nss.h>
#include <netinet/in.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const struct run runs[] = {
	{ "default mode", false, false, false },
	{ "default mode, UTF-8, only lo", false, true, true },
	{ "strict mode", true, false, false },
	{ "strict mode, UTF-8, only lo", true, true, true },
};

const struct run *run;
unsigned long asked, answered, differences;

void print_text(const char *label, const char *text)
{
	printf(" %s=", label);
	if (!text) {
		printf("NULL");
		return;
	}
	putchar('"');
	for (; *text; text++)
		if (isprint((unsigned char)*text) && (unsigned char)*text < 0x80 && !strchr("\"\\", *text))
			putchar(*text);
		else
			printf("\\x%02x", (unsigned char)*text);
	putchar('"');
}

char *room_at_the_edge(int which, size_t size)
{
	enum { ROOM = 1 << 16, PLACES = 5 };
	static char *end[PLACES];

	if (!end[which]) {
		char *room = mmap(NULL, 2 * ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (room == MAP_FAILED || mprotect(room + ROOM, ROOM, PROT_NONE) != 0) {
			puts("Bail out! no memory");
			exit(2);
		}
		end[which] = room + ROOM;
	}
	return end[which] - size;
}

const void *at_the_edge(int which, const void *data, size_t size)
{
	return data != NULL ? memcpy(room_at_the_edge(which, size), data, size) : NULL;
}

const char *text_at_the_edge(int which, const char *text)
{
	return at_the_edge(which, text, text != NULL ? strlen(text) + 1 : 0);
}

void *libc_symbol(const char *name)
{
	void *handle = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD), *function = dlsym(handle, name);

	/* freeaddrinfo is libc's for everyone. */
	if (function == NULL || (dlsym(RTLD_DEFAULT, name) == function && strcmp(name, "freeaddrinfo") != 0)) {
		printf("# nothing stands in front of libc's %s\n", name);
		exit(2);
	}
	return function;
}

/* --- a run, in a process of its own --- */

/* Both of these may be root's alone, or nobody's: then the run goes on without,
 * and says so. */

static bool leave_the_network(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return false;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	bool up = ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
	close(fd);
	return up;
}

/* What is mounted from here on is seen by nobody else. */
static bool leave_the_mounts(void)
{
	if (unshare(CLONE_NEWNS) != 0)
		return false;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		return true;
	/* In a chroot the root is no mount point. /proc is one, and once it is
	 * private it can carry a copy of the root. */
	return mount(NULL, "/proc", NULL, MS_PRIVATE, NULL) == 0 &&
	       mount("/", "/proc/driver", NULL, MS_BIND | MS_REC, NULL) == 0 &&
	       mount(NULL, "/proc/driver", NULL, MS_REC | MS_PRIVATE, NULL) == 0 && chroot("/proc/driver") == 0;
}

static bool replace_file(const char *name, const char *text)
{
	const ssize_t size = (ssize_t)strlen(text);
	char path[] = "/tmp/gaishim-hosts-XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0)
		return false;
	bool replaced = fchmod(fd, 0644) == 0 && write(fd, text, (size_t)size) == size &&
			mount(path, name, NULL, MS_BIND, NULL) == 0;
	close(fd);
	unlink(path);
	return replaced;
}

/* A nameserver that knows no name, as a process that ends with this one. musl asks a nameserver
 * for what is not in /etc/hosts, and cannot be told otherwise. */
static bool serve_no_names(void)
{
	const struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(53), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	pid_t parent = getpid();

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0)
		return false;
	if (fork() != 0)
		return close(fd) == 0;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == parent) {
		unsigned char packet[512];
		struct sockaddr_in client;
		socklen_t length = sizeof client;
		ssize_t size = recvfrom(fd, packet, sizeof packet, 0, (struct sockaddr *)&client, &length);

		if (size < 12)
			continue;
		packet[2] |= 0x80; /* an answer, RFC 1035 4.1.1 */
		packet[3] = 3;     /* there is no such name */
		sendto(fd, packet, (size_t)size, 0, (struct sockaddr *)&client, length);
	}
	_exit(0);
}

/* Returns whether libc looks in files alone, or else where nobody knows a name. */
static bool keep_names_here(void)
{
	if (is_musl())
		return run->isolated && serve_no_names() && replace_file("/etc/resolv.conf", "nameserver 127.0.0.1\n");
	return __nss_configure_lookup("hosts", "files") == 0 && __nss_configure_lookup("services", "files") == 0;
}

static int run_main(int index, bool (*walk)(unsigned long drawn), unsigned long drawn)
{
	const char *draws = getenv("GAISHIM_QUESTIONS");

	run = &runs[index];
	random_state = strtoull(getenv("GAISHIM_SEED"), NULL, 0) + index;
	if (is_musl() && !run->isolated) {
		printf("# SKIP %s: musl would ask a nameserver\n", run->name);
		return 0;
	}
	if (run->utf8 && !setlocale(LC_ALL, "C.UTF-8")) {
		puts("# there is no locale C.UTF-8");
		return 2;
	}
	if (run->isolated && !leave_the_network())
		printf("# SKIP no network namespace (%s): %s runs in the network there is\n", strerror(errno), run->name);
	if (run->isolated && !(leave_the_mounts() && replace_file("/etc/hosts", HOSTS_FILE)))
		printf("# SKIP no mount on /etc/hosts (%s): %s runs with the one there is\n", strerror(errno), run->name);
	if (!keep_names_here()) {
		puts("# libc cannot be told to look in files alone, or there is no such nameserver here");
		return 2;
	}

	bool worth_asking = walk(draws ? strtoul(draws, NULL, 10) : drawn);

	printf("# %s: %lu questions, %lu answered, %lu differences\n", run->name, asked, answered, differences);
	return differences != 0 || !worth_asking;
}

/* --- the Check program: a test for each run --- */

START_TEST(test_run)
{
	char index[] = { (char)('0' + _i), '\0' };
	char **command = command_anew(index);
	pid_t pid;
	int status;

	setenv("GAISHIM_STRICT", runs[_i].strict ? "1" : "0", 1);
	ck_assert_int_eq(posix_spawn(&pid, command[0], NULL, NULL, command, environ), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "%s: wait status 0x%x", runs[_i].name, (unsigned)status);
}
END_TEST

TCase *walk_tests(bool (*walk)(unsigned long drawn), unsigned long drawn)
{
	if (arguments[1] != NULL)
		exit(run_main(atoi(arguments[1]), walk, drawn));

	if (!getenv("GAISHIM_SEED")) {
		char seed[32];
		struct timespec now;

		clock_gettime(CLOCK_REALTIME, &now);
		snprintf(seed, sizeof seed, "%lld", now.tv_sec * 1000000000LL + now.tv_nsec);
		setenv("GAISHIM_SEED", seed, 1);
	}
	printf("# seed %s\n", getenv("GAISHIM_SEED"));
	fflush(stdout);

	TCase *tc = tcase_create("differential");
	tcase_set_timeout(tc, 240);
	ADD_ROWS(tc, test_run, runs);
	return tc;
}
