/* SPDX-License-Identifier: MIT
 *
 * The stage that gives a Unicode host its ASCII form.
 */
#ifndef GAISHIM_NORMALIZE_H
#define GAISHIM_NORMALIZE_H

#include "question.h"

/* Returns NOT_MINE, or EAI_MEMORY. A Unicode host is put into q->written; its ASCII form,
 * if there is one, into q->ascii and q->host. q->libc_flags lose AI_IDN and AI_CANONIDN:
 * for these libc would load libidn2, and an iconv module, within the lookup. errno is
 * preserved, except with EAI_MEMORY. */
int normalize(struct question *q);

#endif
