#!/bin/sh
# SPDX-License-Identifier: MIT
# clang's analyzer. That of clang 19 takes minutes, and more on a busy machine.
# Limit: 900 s
. tests/proof/checkers/lib.sh

command -v scan-build >/dev/null || skip_all "scan-build is not installed"
need clang 14 19

# shellcheck disable=SC2086,SC2317 # a list of flags; it is called through quiet
scan() {
	scan-build -o "$TMP/reports" clang $FLAGS -c -o "$TMP/out.o" "$1"
}

planted core.NullDereference scan <<'EOF'
int first(const int *list);
int first(const int *list) { return list == 0 ? *list : 0; }
EOF
for file in shim/*.c shim/*/*.c; do
	quiet scan-build "$file" scan
done
done_testing
