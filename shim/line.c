/* SPDX-License-Identifier: MIT */
#include "line.h"

#include "host/classify.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

void line_add(struct line *line, const char *format, ...)
{
	size_t room = sizeof line->text - 1 - line->used; /* less the line feed */
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line->text + line->used, room, format, arguments);
	va_end(arguments);
	if (length > 0)
		line->used += (size_t)length < room ? (size_t)length : room - 1;
}

/* Returns whether a character would deceive a reader: controls, line separators, and
 * characters that reverse or hide text (Default_Ignorable_Code_Point). iswprint() would
 * depend on the locale. */
static bool is_hidden(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x00, 0x1F }, { 0x7F, 0x9F }, { 0xAD, 0xAD }, { 0x34F, 0x34F }, { 0x61C, 0x61C },
		{ 0x115F, 0x1160 }, { 0x17B4, 0x17B5 }, { 0x180B, 0x180F }, { 0x200B, 0x200F },
		{ 0x2028, 0x202E }, { 0x2060, 0x206F }, { 0x3164, 0x3164 }, { 0xFE00, 0xFE0F },
		{ 0xFEFF, 0xFEFF }, { 0xFFA0, 0xFFA0 }, { 0xFFF0, 0xFFFB }, { 0x1BCA0, 0x1BCA3 },
		{ 0x1D173, 0x1D17A }, { 0xE0000, 0xE0FFF },
	};

	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

void line_add_quoted(struct line *line, const char *key, const char *value)
{
	enum { LONGEST = 256 };
	const char *at;
	bool readable;
	size_t length;

	if (value == NULL) {
		line_add(line, " %s=NULL", key);
		return;
	}
	line_add(line, " %s=\"", key);
	readable = classify_host(value) != HOST_ILL_FORMED;
	at = strrchr(value, '@');
	if (at != NULL) {
		line_add(line, "***");
		value = at;
	}
	for (size_t seen = 0; value[0] != '\0'; seen += length, value += length) {
		const unsigned char *p = (const unsigned char *)value;
		uint32_t c = p[0];

		length = !readable || c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
		if (seen + length > LONGEST) {
			line_add(line, "...");
			break;
		}
		if (length > 1)
			c &= 0x7F >> length;
		for (size_t i = 1; i < length; i++)
			c = c << 6 | (p[i] & 0x3F);
		if (!is_hidden(c) && c != '"' && c != '\\' && (c < 0x80 || readable))
			line_add(line, "%.*s", (int)length, value);
		else
			for (size_t i = 0; i < length; i++)
				line_add(line, "\\x%02x", p[i]);
	}
	line_add(line, "\"");
}
