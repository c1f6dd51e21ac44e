#!/bin/sh
# SPDX-License-Identifier: MIT
# The corpora, once more through the harnesses that they come from, with sanitizers:
# what fuzzing has found stays found.

. tests/lib/tap.sh
. tests/proof/fuzz/lib.sh

sanitizers=address,undefined
[ -e "$(gcc -print-file-name=libasan.so)" ] || {
	skip "sanitizers" "gcc has no AddressSanitizer here"
	sanitizers=
}
variant=$BUILD/replay
mkdir -p "$variant"
make -s -j2 harnesses BUILD="$variant" CC=gcc CFLAGS='-O1 -g' SAN=$sanitizers >"$variant/make.out" 2>&1
is "builds" "$?" 0 || sed 's/^/# /' "$variant/make.out"
is "has no warning" "$(grep -v "^  ${variant#"$PWD/"}/" "$variant/make.out")" ""

for harness in "$variant"/fuzz/*; do
	subject=${harness##*/}
	mkdir "$TMP/$subject"
	unpack "tests/proof/fuzz/corpus/$subject.txt" "$TMP/$subject"
	set -- "$TMP/$subject"/*
	ok "$subject: $# inputs" "$harness" "$@"
	# An empty list would pass, too.
	ok "$subject has a corpus" [ $# -gt 20 ]
done
done_testing
