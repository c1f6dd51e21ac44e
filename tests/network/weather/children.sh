#!/bin/sh
# SPDX-License-Identifier: MIT
# A child asks for the host that threads of its parent ask for, and none of the handlers
# that fork runs has been there before: a bare clone, _Fork, and a handler of a library that
# comes first.

. tests/network/weather/lib.sh

row_clone
row_plain_fork
row_handler
finish

no_worse 'a child of clone' 1 clone child
if [ -s "$TMP/plain_fork.libc" ]; then
	no_worse 'a child of _Fork' 1 plain_fork child
else
	skip 'a child of _Fork' 'this libc has no _Fork'
fi
no_worse 'a fork handler before ours' 1 handler handler
no_worse 'the child after that handler' 1 handler child

done_testing
