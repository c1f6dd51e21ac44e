#!/bin/sh
# SPDX-License-Identifier: MIT
# gaishim --version: what the object says of itself, the commit first, and that this is so.

. tests/lib/tap.sh
unset LD_PRELOAD MAKEFLAGS MAKELEVEL IDN2
version=$(sed -n 's/^VERSION = //p' Makefile)

# says FILE: what FILE is, by itself.
says() {
	LC_ALL=C grep -a -o 'gaishim [^ ()]* ([^()]*)' "$1"
}

checkout "$TMP/tree"
command=$TMP/tree/scripts/gaishim object=$TMP/tree/build/libgaishim.so
is "it says what the object says" "$("$command" --version)" "$(says "$GAISHIM_SO")"
like "which has a version, and a commit" "$("$command" -V)" "^gaishim $version \(commit [^ ,]+, .*\)\$"
is "the object says it once" "$(says "$GAISHIM_SO" | wc -l)" 1
printf 'another object' >"$object"
is "of an object that says nothing" "$("$command" version)" "gaishim $version ($object does not say what it is)"
printf 'x\0gaishim 9.9.9 (commit abc)\0y' >"$object"
is "of an object of another version" "$("$command" version)" "gaishim $version, with another object: gaishim 9.9.9 (commit abc)"
like "doctor notes that" "$("$command" doctor 2>/dev/null)" '^note +object: .*9\.9\.9.*; install both from one build'
rm "$object"
is "where there is no object" "$("$command" version)" "gaishim $version ($object is not there)"

# --- the libraries ---

# shellcheck disable=SC2153 # the runner says BUILD
if [ -e "$BUILD/idn2-static" ]; then
	like "libidn2 is that of its header" "$(says "$GAISHIM_SO")" \
		", libidn2 $(printf '#include <idn2.h>\nIDN2_VERSION\n' | cc -E -P - | sed -n 's/^"\(.*\)"$/\1/p' | sed 's/\./\\&/g'),"
else
	skip "libidn2 is that of its header" "the object has no libidn2 inside"
fi

# passes LETTER: the object finds an ASCII form of a host with it.
passes() {
	checkout "$TMP/tree"
	rm -f "$TMP/log"
	unshare -rn "$command" --log="$TMP/log" getent ahosts "$1.test" >"$TMP/out" 2>&1
	grep -q 'normalized="xn--' "$TMP/log"
}

unicode=$(says "$GAISHIM_SO" | sed -n 's/.*, Unicode \([0-9.]*\),.*/\1/p')
if [ -n "$unicode" ] && unshare -rn true 2>/dev/null; then
	newest=none
	# A letter of each Unicode.
	for row in 10.0:ࡡ 11.0:𐼁 12.0:𞄁 12.1:㋿ 13.0:𐺁 14.0:ࡱ 15.0:𑼅 15.1:𮯱 16.0:𐗁 17.0:𐥁; do
		! passes "${row#*:}" || newest=${row%:*}
	done
	is "the newest Unicode that a host may have" "$newest" "$unicode"
else
	skip "the newest Unicode that a host may have" "no private network, or no libidn2 inside"
fi

# --- the commit ---

sources=$TMP/sources build=$TMP/build
mkdir -p "$sources" "$build/have"
cp -R Makefile scripts shim "$sources/"
[ ! -e "$BUILD/idn2.o" ] || cp "$BUILD/idn2.o" "$build/"
touch "$build/idn2-static" "$build/have/idn2.h"
find "$build" -exec touch {} +

# built [ARG...]: what an object of these sources would say.
built() {
	make -s -C "$sources" BUILD="$build" "$@" "$build/built.o" >"$TMP/out" 2>&1 || cat "$TMP/out"
	says "$build/built.o"
}

like "neither git nor make dist tells" "$(built)" "^gaishim $version \(commit unknown, "
like "another VERSION" "$(built VERSION=9.9.9)" '^gaishim 9\.9\.9 \(commit '
echo 'abcdef123456 1700000000' >"$sources/.commit"
like "make dist tells" "$(built)" "^gaishim $version \(commit abcdef123456, "
rm "$sources/.commit"
like "if nobody tells any more, it stays" "$(built)" 'commit abcdef123456, '
cp "$sources/scripts/dev/versions.c" "$TMP/"
printf 'int main(void) { return 1; }\n' >"$sources/scripts/dev/versions.c"
like "neither a program nor headers tell of the libraries" "$(built)" '\(commit abcdef123456, libraries unknown\)$'
cp "$TMP/versions.c" "$sources/scripts/dev/"
like "and known again" "$(built)" ', libidn2 [0-9]'
told=$(built)
sed 's/^int main(void)$/&\n{\n\treturn 1;\n}\nint never(void)/' "$TMP/versions.c" >"$sources/scripts/dev/versions.c"
like "the program cannot be run here" "$(sed -n '/^int main/,$p' "$sources/scripts/dev/versions.c")" 'return 1;'
rm -f "$build/versions"
is "the program cannot be run here: the headers tell the same" "$(built)" "$told"
cp "$TMP/versions.c" "$sources/scripts/dev/"
ok "with shared libraries" make -s -C "$sources" BUILD="$TMP/shared" IDN2=shared "$TMP/shared/versions"
like "with shared libraries: their versions are not told" "$("$TMP/shared/versions")" '^libidn2 and libunistring shared,'
is "with shared libraries: nor by the headers" "$(scripts/dev/header-versions cc -DSHARED)" "$("$TMP/shared/versions")"

if ! command -v git >/dev/null; then
	skip "the commit" "no git"
	done_testing
fi
# An older repository around the sources is not theirs.
GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
export GIT_CONFIG_GLOBAL GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
rm -f "$build"/version-*
git -C "$TMP" init -q && git -C "$TMP" commit -q --allow-empty -m around
like "a repository around the sources does not count" "$(built)" '\(commit unknown, '
git -C "$sources" init -q && git -C "$sources" add . && git -C "$sources" commit -q -m one
hash=$(git -C "$sources" rev-parse HEAD | cut -c 1-12)
like "git tells" "$(built)" "\(commit $hash, "
git -C "$sources" tag v1
like "a tag changes nothing" "$(built)" "\(commit $hash, "
is "nothing is built anew for the same commit" "$(make -C "$sources" BUILD="$build" "$build/built.o" | grep -v '^make')" ''
echo >>"$sources/scripts/gaishim"
like "a file was changed" "$(built)" "\(commit $hash-dirty, "
git -C "$sources" commit -q -a -m two
like "another commit" "$(built)" "\(commit $(git -C "$sources" rev-parse HEAD | cut -c 1-12), "
if [ "$(id -u)" = 0 ] && chmod 755 "$TMP" && setpriv --reuid=65534 true 2>/dev/null; then
	is "of somebody else's checkout" "$(setpriv --reuid=65534 "$sources/scripts/dev/commit")" "$("$sources/scripts/dev/commit")"
else
	skip "of somebody else's checkout" "not root"
fi

done_testing
