/* SPDX-License-Identifier: MIT
 *
 * The stage that gives a Unicode host its ASCII form.
 */
#ifndef GAISHIM_NORMALIZE_H
#define GAISHIM_NORMALIZE_H

#include "question.h"

/* Returns NOT_MINE, or EAI_MEMORY. A host that is Unicode is in q->written then, and q->host
 * is its ASCII form (q->ascii), if it has one. libc must see neither AI_IDN nor
 * AI_CANONIDN after that: it would load libidn2, and an iconv module, within the lookup. errno
 * is preserved, but for EAI_MEMORY. */
int normalize(struct question *q);

#endif
