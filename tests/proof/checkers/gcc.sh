#!/bin/sh
# SPDX-License-Identifier: MIT
# gcc's analyzer, and its warnings of conversions that may lose a value.
. tests/proof/checkers/lib.sh

need gcc 12 14
[ "$(gcc -dumpversion | sed 's/\..*//')" -ge 12 ] || skip_all "gcc's analyzer is not of much use before version 12"

# shellcheck disable=SC2086,SC2317 # a list of flags; it is called through quiet
analyze() {
	gcc $FLAGS -O2 -fvisibility=hidden -Wall -Wextra -Wconversion -fanalyzer -c -o "$TMP/out.o" "$1"
}

planted analyzer-malloc-leak analyze <<'EOF'
#include <stdlib.h>
int lose(void);
int lose(void) { char *text = malloc(1); return text != NULL; }
EOF
for file in shim/*.c shim/*/*.c; do
	quiet gcc "$file" analyze
done
done_testing
