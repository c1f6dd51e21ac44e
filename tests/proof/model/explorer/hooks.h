/* SPDX-License-Identifier: MIT
 *
 * What a model must define: told before each access that the code under test makes.
 */
#ifndef HOOKS_H
#define HOOKS_H

#include <stddef.h>
#include <string.h>

void model_access(void *at, size_t size, int write);
void model_atomic(void *at);

#endif
