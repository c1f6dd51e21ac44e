/* SPDX-License-Identifier: MIT */
#include "host/punycode.h"

/* RFC 3492 5 */
enum { BASE = 36, TMIN = 1, TMAX = 26, SKEW = 38, DAMP = 700, INITIAL_BIAS = 72, INITIAL_N = 0x80 };

struct output {
	char *next, *end; /* the byte at end is for the NUL */
};

static bool put(struct output *out, char c)
{
	if (out->next == out->end)
		return false;
	*out->next++ = c;
	return true;
}

static char digit(uint32_t value)
{
	return (char)(value < 26 ? 'a' + value : '0' + value - 26);
}

/* RFC 3492 6.1 */
static uint32_t adapt(uint32_t delta, uint32_t points, bool first)
{
	uint32_t k = 0;

	delta = first ? delta / DAMP : delta / 2;
	delta += delta / points;
	for (; delta > (BASE - TMIN) * TMAX / 2; k += BASE)
		delta /= BASE - TMIN;
	return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

/* A generalized variable-length integer, RFC 3492 3.3. */
static bool put_delta(struct output *out, uint32_t delta, uint32_t bias)
{
	for (uint32_t k = BASE;; k += BASE) {
		uint32_t t = k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;

		if (delta < t)
			return put(out, digit(delta));
		if (!put(out, digit(t + (delta - t) % (BASE - t))))
			return false;
		delta = (delta - t) / (BASE - t);
	}
}

static uint32_t least_from(const uint32_t *label, size_t length, uint32_t n)
{
	uint32_t least = UINT32_MAX;

	for (size_t i = 0; i < length; i++)
		if (label[i] >= n && label[i] < least)
			least = label[i];
	return least;
}

/* RFC 3492 6.3. Nothing overflows: 64 times the last code point is far below 2^32. */
bool punycode_encode(const uint32_t *label, size_t length, char *out, size_t size)
{
	uint32_t n = INITIAL_N, delta = 0, bias = INITIAL_BIAS;
	size_t basic, handled;
	struct output output;

	output.next = out;
	output.end = out + size - 1;
	for (size_t i = 0; i < length; i++)
		if (label[i] < INITIAL_N && !put(&output, (char)label[i]))
			return false;
	basic = handled = (size_t)(output.next - out);
	if (basic > 0 && !put(&output, '-'))
		return false;
	while (handled < length) {
		uint32_t least = least_from(label, length, n);

		delta += (least - n) * (uint32_t)(handled + 1);
		n = least;
		for (size_t i = 0; i < length; i++) {
			if (label[i] < n)
				delta++;
			if (label[i] != n)
				continue;
			if (!put_delta(&output, delta, bias))
				return false;
			bias = adapt(delta, (uint32_t)handled + 1, handled == basic);
			handled++;
			delta = 0;
		}
		delta++;
		n++;
	}
	*output.next = '\0';
	return true;
}
