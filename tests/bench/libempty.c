/* SPDX-License-Identifier: MIT */
/* A preload that does nothing: what every preload costs a process start. */
extern int empty;
int empty;
