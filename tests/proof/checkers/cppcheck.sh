#!/bin/sh
# SPDX-License-Identifier: MIT
# cppcheck, on the shim and on its tests.
. tests/proof/checkers/lib.sh

need cppcheck 2.10 2.17

# check KINDS FILE. It does not follow the members of structures without a name.
# shellcheck disable=SC2317 # it is called through quiet
check() {
	cppcheck --quiet --std=c11 -D_GNU_SOURCE -Ishim -Itests/lib --inconclusive --enable="$1" \
		--suppress=unusedStructMember --suppress=missingIncludeSystem \
		--template='{file}:{line}: {severity}: {message} [{id}]' --template-location='' "$2"
}

planted arrayIndexOutOfBounds check warning <<'EOF'
int last(void);
int last(void) { int four[4] = { 1, 2, 3, 4 }; return four[4]; }
EOF
for file in shim/*.c shim/*/*.c; do
	quiet cppcheck "$file" check warning,style,performance,portability
done
for file in tests/*/*.c tests/*/*/*.c; do
	quiet cppcheck "$file" check warning,performance,portability
done
done_testing
