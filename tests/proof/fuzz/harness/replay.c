/* SPDX-License-Identifier: MIT
 *
 * The main of a harness without libFuzzer: it runs the files that it is given, as
 * libFuzzer's own does, and needs no clang.
 */
#include "fuzz.h"

#include <signal.h>
#include <unistd.h>

#pragma weak LLVMFuzzerInitialize

/* Sanitizers shall end the process as find() does. */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *__asan_default_options(void)
{
	return "abort_on_error=1:handle_segv=0:strict_string_checks=1";
}

const char *__ubsan_default_options(void)
{
	return "abort_on_error=1:print_stacktrace=1";
}

static const char *volatile path; /* of the input */

static void say_where(int signal)
{
	if (write(STDOUT_FILENO, "# in ", 5) < 0 || write(STDOUT_FILENO, path, strlen(path)) < 0
	    || write(STDOUT_FILENO, "\n", 1) < 0)
		_exit(99);
	_exit(128 + signal);
}

static void fail(void)
{
	perror(path);
	exit(2);
}

static uint8_t *read_all(size_t *size)
{
	FILE *file = fopen(path, "r");
	uint8_t *data;
	long length = -1;

	if (file != NULL && fseek(file, 0, SEEK_END) == 0)
		length = ftell(file);
	if (length < 0)
		fail();
	rewind(file);
	*size = (size_t)length;
	data = malloc(*size);
	if (fread(data, 1, *size, file) != *size || fclose(file) != 0)
		fail();
	return data;
}

int main(int argc, char **argv)
{
	path = "initialization";
	signal(SIGABRT, say_where);
	signal(SIGSEGV, say_where);
	if (LLVMFuzzerInitialize != NULL)
		LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++) {
		size_t size;

		path = argv[i];
		uint8_t *data = read_all(&size);
		LLVMFuzzerTestOneInput(data, size);
		free(data);
	}
	printf("# %d inputs\n", argc - 1);
	return 0;
}
