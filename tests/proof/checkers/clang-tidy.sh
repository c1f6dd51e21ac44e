#!/bin/sh
# SPDX-License-Identifier: MIT
# clang-tidy, by .clang-tidy and tests/.clang-tidy; the analyzer in it is left to scan-build.sh.
. tests/proof/checkers/lib.sh

need clang-tidy 14 19

# tidy FILE: by the configuration nearest to it.
# shellcheck disable=SC2086,SC2317 # a list of flags; it is called through quiet
tidy() {
	clang-tidy --quiet --checks='-clang-analyzer-*' "$1" -- $FLAGS
}

cp .clang-tidy "$TMP"
planted bugprone-suspicious-string-compare tidy <<'EOF'
#include <string.h>
int differ(const char *a, const char *b);
int differ(const char *a, const char *b) { return strcmp(a, b) == 1; }
EOF
for file in shim/*.c shim/*/*.c tests/*/*.c tests/*/*/*.c; do
	quiet clang-tidy "$file" tidy
done
done_testing
