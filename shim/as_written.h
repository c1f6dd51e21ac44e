/* SPDX-License-Identifier: MIT
 *
 * The stage for Unicode hosts: local sources may have such a host as it is written.
 */
#ifndef GAISHIM_AS_WRITTEN_H
#define GAISHIM_AS_WRITTEN_H

#include "question.h"

/* Ask libc for q->written, or refuse the host if it has no ASCII form. Returns NOT_MINE if
 * the host is not found and has an ASCII form, which is q->host then. Otherwise returns a
 * code, and with 0 an answer, which the caller owns. errno is preserved, except with
 * EAI_SYSTEM. */
int as_written(struct question *q, void **answer);

#endif
