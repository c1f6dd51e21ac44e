#!/bin/sh
# SPDX-License-Identifier: MIT
# make install and uninstall: the command finds its object where they put it,
# staged, moved and through a link, and nothing is left behind.

. tests/tap.sh
unset LD_PRELOAD MAKEFLAGS MAKELEVEL

# preloads NAME COMMAND OBJECT: COMMAND preloads OBJECT.
preloads() {
	is "$1" "$("$2" printenv LD_PRELOAD 2>&1)" "$3"
}

prefix=$TMP/prefix
ok "make install" make BUILD="$BUILD" install PREFIX="$prefix"
is "it installs these files" "$(cd "$prefix" && find . -type f ! -name '*.pyc' | sort | tr '\n' ' ')" \
	"./bin/gaishim $(echo scripts/commands/*.sh | sed 's|scripts/|./lib/gaishim/|g') ./lib/gaishim/libgaishim.so $(echo shim/python/*.py | sed 's|shim/|./lib/gaishim/|g') ./share/man/man1/gaishim.1 "
hook=$prefix/lib/gaishim/python
is "its site hook goes first on PYTHONPATH" "$(PYTHONPATH=a:b "$prefix/bin/gaishim" printenv PYTHONPATH)" "$hook:a:b"
if command -v python3 >/dev/null; then
	like "its bytecode is there for those who may not write it" "$(ls "$hook/__pycache__")" 'sitecustomize\..*\.pyc'
else
	skip "its bytecode is there for those who may not write it" "no python3"
fi
preloads "installed" "$prefix/bin/gaishim" "$prefix/lib/gaishim/libgaishim.so"
is "it knows its version" "$("$prefix/bin/gaishim" --version)" \
	"gaishim $(sed -n 's/^VERSION = //p' Makefile)"
ok "its object is the one that was built" cmp "$prefix/lib/gaishim/libgaishim.so" "$GAISHIM_SO"
ok "getent runs under it" "$prefix/bin/gaishim" --log="$TMP/log" getent ahosts 127.0.0.1
like "and is answered by it" "$(cat "$TMP/log")" 'how=numeric'

mkdir "$TMP/bin"
ln -s "$prefix/bin/gaishim" "$TMP/bin/gaishim"
preloads "through a link" "$TMP/bin/gaishim" "$prefix/lib/gaishim/libgaishim.so"
is "through the PATH" "$(PATH=$TMP/bin:$PATH gaishim printenv LD_PRELOAD)" "$prefix/lib/gaishim/libgaishim.so"
rm "$TMP/bin/gaishim"

mv "$prefix" "$TMP/moved"
is "moved elsewhere with its site hook" "$("$TMP/moved/bin/gaishim" printenv PYTHONPATH)" "$TMP/moved/lib/gaishim/python"
preloads "moved elsewhere" "$TMP/moved/bin/gaishim" "$TMP/moved/lib/gaishim/libgaishim.so"
mv "$TMP/moved" "$prefix"
ok "make uninstall" make BUILD="$BUILD" uninstall PREFIX="$prefix"
is "it leaves no file" "$(find "$prefix" ! -type d)" ''
is "nor a directory of its own" "$(find "$prefix" -name '*gaishim*')" ''

libdir=$prefix/lib/triplet
ok "make install with LIBDIR" make BUILD="$BUILD" install PREFIX="$prefix" LIBDIR="$libdir"
preloads "with LIBDIR" "$prefix/bin/gaishim" "$libdir/gaishim/libgaishim.so"
mkdir -p "$prefix/lib/gaishim/python"
cp "$GAISHIM_SO" "$prefix/lib/gaishim/"
cp shim/python/*.py "$prefix/lib/gaishim/python/"
preloads "with LIBDIR, beside an older installation" "$prefix/bin/gaishim" "$libdir/gaishim/libgaishim.so"
mv "$prefix" "$TMP/moved"
preloads "with LIBDIR, moved" "$TMP/moved/bin/gaishim" "$TMP/moved/lib/triplet/gaishim/libgaishim.so"
mv "$TMP/moved" "$prefix"
rm -r "$prefix/lib/gaishim"
ok "make uninstall with LIBDIR" make BUILD="$BUILD" uninstall PREFIX="$prefix" LIBDIR="$libdir"
is "it leaves no file there" "$(find "$prefix" ! -type d)" ''

stage=$TMP/stage
ok "make install with DESTDIR" make BUILD="$BUILD" install DESTDIR="$stage" PREFIX=/opt/staged
preloads "staged" "$stage/opt/staged/bin/gaishim" "$stage/opt/staged/lib/gaishim/libgaishim.so"
is "nothing outside DESTDIR" "$(ls -d /opt/staged 2>/dev/null)" ''
like "the path without DESTDIR is what is recorded" "$(cat "$stage/opt/staged/bin/gaishim")" '^libdir=/opt/staged/lib$'
ok "make install with DESTDIR, and LIBDIR outside PREFIX" \
	make BUILD="$BUILD" install DESTDIR="$TMP/other" PREFIX=/opt/staged LIBDIR=/srv/lib
preloads "staged, LIBDIR outside PREFIX" "$TMP/other/opt/staged/bin/gaishim" "$TMP/other/srv/lib/gaishim/libgaishim.so"
ok "make uninstall of that" make BUILD="$BUILD" uninstall DESTDIR="$TMP/other" PREFIX=/opt/staged LIBDIR=/srv/lib
is "nothing is left of that" "$(find "$TMP/other" ! -type d)" ''
rm "$stage/opt/staged/lib/gaishim/libgaishim.so"
out=$("$stage/opt/staged/bin/gaishim" echo ran 2>&1)
is "the object is gone" "$?" 125
like "says so" "$out" "/opt/staged/lib/gaishim/libgaishim.so is not there: run 'make install'"
ok "make uninstall with DESTDIR" make BUILD="$BUILD" uninstall DESTDIR="$stage" PREFIX=/opt/staged
is "nothing is left staged" "$(find "$stage" ! -type d)" ''

for target in all tests check bench install uninstall clean help; do
	like "make help lists $target" "$(make -s help)" "^$target +[a-z]"
done

done_testing
