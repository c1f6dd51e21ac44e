/* SPDX-License-Identifier: MIT
 *
 * What the programs of the tests, which are built for glibc, want of it beyond what musl has,
 * so that they run in a process of musl's, too: functions of glibc and of libsubunit that
 * libcheck.a asks for. It is loaded as libsubunit.so.0. The object needs none of it.
 */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

int __vfprintf_chk(FILE *file, int flag, const char *format, va_list values)
{
	(void)flag;
	return vfprintf(file, format, values);
}

int __fprintf_chk(FILE *file, int flag, const char *format, ...)
{
	va_list values;
	int n;

	va_start(values, format);
	n = __vfprintf_chk(file, flag, format, values);
	va_end(values);
	return n;
}

int __vsnprintf_chk(char *text, size_t size, int flag, size_t room, const char *format, va_list values)
{
	(void)flag, (void)room;
	return vsnprintf(text, size, format, values);
}

int __snprintf_chk(char *text, size_t size, int flag, size_t room, const char *format, ...)
{
	va_list values;
	int n;

	va_start(values, format);
	n = __vsnprintf_chk(text, size, flag, room, format, values);
	va_end(values);
	return n;
}

void __longjmp_chk(jmp_buf jump, int value)
{
	longjmp(jump, value);
}

/* Of threads that are cancelled while Check runs: its own is not. */
void __pthread_register_cancel(void *buffer)
{
	(void)buffer;
}

void __pthread_unregister_cancel(void *buffer)
{
	(void)buffer;
}

/* pthread_atfork() of a program for glibc asks for this. */
int __register_atfork(void (*before)(void), void (*in_parent)(void), void (*in_child)(void), void *object)
{
	int (*atfork)(void (*)(void), void (*)(void), void (*)(void));

	(void)object;
	*(void **)&atfork = dlsym(RTLD_DEFAULT, "pthread_atfork");
	return atfork(before, in_parent, in_child);
}

/* PTHREAD_STACK_MIN */
long __sysconf(int name)
{
	return sysconf(name);
}

/* Check calls none of these unless it is told to write subunit's format. */
#define UNUSED(function) void function(void) { abort(); }
UNUSED(subunit_test_error)
UNUSED(subunit_test_fail)
UNUSED(subunit_test_pass)
UNUSED(subunit_test_start)
