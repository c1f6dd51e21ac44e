/* SPDX-License-Identifier: MIT
 *
 * Random numbers, and hosts drawn with them, for tests that repeat a run by its seed.
 */
#ifndef DRAW_H
#define DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define PICK(array) ((array)[pick(COUNT(array))])

/* Set it to the seed. */
extern uint64_t random_state;

uint64_t random64(void);
/* 0 to n - 1 */
unsigned pick(size_t n);
bool one_in(unsigned n);

/* One to three characters of TEXT inserted, removed or replaced; those that come are of ALPHABET. */
void mutate(char *text, size_t size, const char *alphabet);

/* Most of these are IPv4 addresses, in one form or another. */
void random_ipv4(char *text, size_t size);

/* Most of these are IPv6 addresses, some with a zone. */
void random_ipv6(char *text, size_t size);

/* ASCII spelled with compatibility characters that UTS #46 maps back to it, in
 * lower case; one at least, so that it is not ASCII. TEXT takes four bytes a
 * character. */
void disguise(char *text, char *ascii);

#endif
