/* SPDX-License-Identifier: MIT
 *
 * What the harnesses share. A harness is a file of its own with one function,
 * libFuzzer's: it takes bytes, puts a question to the shim and to an oracle, and ends
 * the process by find() where they differ. It is linked with libFuzzer, or with
 * replay.c, which runs a corpus through it and needs no clang.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Called once before; linked weakly, most harnesses need none. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* What is under the harness now, for find(). */
static const char *subject;

static inline void print_text(const char *label, const char *text)
{
	printf("# %s: ", label);
	if (text == NULL) {
		puts("NULL");
		return;
	}
	for (; *text != '\0'; text++)
		printf((unsigned char)*text < ' ' || *text == '\\' || *text == 0x7F ? "\\x%02x" : "%c",
		       (unsigned char)*text);
	putchar('\n');
}

/* Say what is wrong, and abort. */
#define find(...) \
	(print_text("input", subject), printf("# find: " __VA_ARGS__), puts(""), fflush(stdout), abort())

/* What is to be fuzzed, consumed from its beginning. */
struct input {
	const uint8_t *data;
	size_t size;
};

/* A number from the next byte, 0 where there is none; '0' is 0, so that a corpus
 * can be read and written by people. */
static inline unsigned take_number(struct input *in)
{
	if (in->size == 0)
		return 0;
	in->size--;
	return (uint8_t)(*in->data++ - '0');
}

/* A copy of the bytes up to the next NUL, or to the end, in a block that ends with
 * the string, so that a sanitizer sees who reads on. It begins SKIP bytes behind
 * malloc's alignment; *block is what to free. */
static inline char *take_text(struct input *in, size_t skip, void **block)
{
	size_t length = strnlen((const char *)in->data, in->size);
	char *text = malloc(skip + length + 1);

	*block = text;
	if (text == NULL)
		find("out of memory");
	text += skip;
	if (length > 0)
		memcpy(text, in->data, length);
	text[length] = '\0';
	length += length < in->size; /* the NUL */
	in->data += length;
	in->size -= length;
	return text;
}

#endif
