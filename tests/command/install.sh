#!/bin/sh
# SPDX-License-Identifier: MIT
# make install and uninstall: the command finds its object where they put it,
# staged, moved and through a link, and nothing is left behind.

. tests/lib/tap.sh
unset LD_PRELOAD MAKEFLAGS MAKELEVEL
newline='
'

# preloads NAME COMMAND OBJECT: COMMAND preloads OBJECT.
preloads() {
	is "$1" "$("$2" printenv LD_PRELOAD 2>&1)" "$3"
}

prefix=$TMP/prefix
ok "make install" make BUILD="$BUILD" install PREFIX="$prefix"
is "it installs these files" "$(cd "$prefix" && find . -type f ! -name '*.pyc' | sort | tr '\n' ' ')" \
	"./bin/gaishim $(printf '%s\n' scripts/commands/*.sh scripts/commands/report/* | sort | sed 's|scripts/|./lib/gaishim/|' | tr '\n' ' ')./lib/gaishim/libgaishim.so ./lib/gaishim/options.def $(echo shim/python/*.py | sed 's|shim/|./lib/gaishim/|g') ./share/bash-completion/completions/gaishim ./share/doc/gaishim/CHANGELOG.md ./share/fish/vendor_completions.d/gaishim.fish ./share/man/man1/gaishim.1 ./share/zsh/site-functions/_gaishim "
for row in bash:bash-completion/completions/gaishim zsh:zsh/site-functions/_gaishim fish:fish/vendor_completions.d/gaishim.fish; do
	is "what completes its words in ${row%%:*}" "$(cat "$prefix/share/${row#*:}")" "$("$prefix/bin/gaishim" completion "${row%%:*}")"
done
ok "the changelog" cmp docs/CHANGELOG.md "$prefix/share/doc/gaishim/CHANGELOG.md"
hook=$prefix/lib/gaishim/python
is "its site hook goes first on PYTHONPATH" "$(PYTHONPATH=a:b "$prefix/bin/gaishim" printenv PYTHONPATH)" "$hook:a:b"
if command -v python3 >/dev/null; then
	like "its bytecode is there for those who may not write it" "$(ls "$hook/__pycache__")" 'sitecustomize\..*\.pyc'
else
	skip "its bytecode is there for those who may not write it" "no python3"
fi
preloads "installed" "$prefix/bin/gaishim" "$prefix/lib/gaishim/libgaishim.so"
is "it says what the checkout says of its object" "$("$prefix/bin/gaishim" --version)" \
	"$(LC_ALL=C grep -a -o 'gaishim [^ ()]* (commit [^()]*)' "$GAISHIM_SO")"
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
like "the path without DESTDIR is what is recorded" "$(cat "$stage/opt/staged/bin/gaishim")" 'libdir=/opt/staged/lib$'
ok "make install with DESTDIR, and LIBDIR outside PREFIX" \
	make BUILD="$BUILD" install DESTDIR="$TMP/other" PREFIX=/opt/staged LIBDIR=/srv/lib
preloads "staged, LIBDIR outside PREFIX" "$TMP/other/opt/staged/bin/gaishim" "$TMP/other/srv/lib/gaishim/libgaishim.so"
ok "make uninstall of that" make BUILD="$BUILD" uninstall DESTDIR="$TMP/other" PREFIX=/opt/staged LIBDIR=/srv/lib
is "nothing is left of that" "$(find "$TMP/other" ! -type d)" ''
rm "$stage/opt/staged/lib/gaishim/libgaishim.so"
out=$("$stage/opt/staged/bin/gaishim" echo ran 2>&1)
is "the object is gone" "$?" 125
like "says so" "$out" "/opt/staged/lib/gaishim/commands/options.sh is not there: run 'make install'"
ok "make uninstall with DESTDIR" make BUILD="$BUILD" uninstall DESTDIR="$stage" PREFIX=/opt/staged
is "nothing is left staged" "$(find "$stage" ! -type d)" ''

# --- over an object that is in use ---

prefix=$TMP/live
object=$prefix/lib/gaishim/libgaishim.so
make -s BUILD="$BUILD" install PREFIX="$prefix" >"$TMP/out" 2>&1
for file in "$object" "$prefix/bin/gaishim" "$prefix/lib/gaishim/commands/enable.sh"; do
	printf 'the old one\n' >"$file"
done
chmod 600 "$object"
exec 8<"$object" 9<"$prefix/bin/gaishim"
ok "make install over an older one" make BUILD="$BUILD" install PREFIX="$prefix"
ok "the new object is there" cmp "$object" "$GAISHIM_SO"
is "for all to read" "$(stat -c %a "$object")" 644
is "who has the old object has all of it" "$(cat <&8)" 'the old one'
is "who reads the old command reads it to its end" "$(cat <&9)" 'the old one'
exec 8<&- 9<&-
ok "the new command runs" "$prefix/bin/gaishim" true
is "nothing is left beside" "$(find "$prefix" -name '*.new*')" ''

# No file may be longer than 32 KiB: as on a full disk, the object is not written whole.
for file in "$object" "$prefix/bin/gaishim"; do
	printf 'the old one\n' >"$file"
done
out=$(sh -c 'ulimit -f 64; exec "$@"' sh make BUILD="$BUILD" install PREFIX="$prefix" 2>&1)
ok "a full disk: make install fails" [ $? -ne 0 ]
like "a full disk: it says so" "$out" "install: .*libgaishim.so.*as it was"
is "a full disk: the old object stays" "$(cat "$object")" 'the old one'
is "a full disk: and the old command with it" "$(cat "$prefix/bin/gaishim")" 'the old one'
is "a full disk: nothing is left beside" "$(find "$prefix" -name '*.new*')" ''

# An object that does not come to be the one that was built is not put in place.
mkdir "$TMP/corrupting"
# shellcheck disable=SC2016 # the stub's
printf '#!/bin/sh\n%s "$@"\nfor last; do :; done\nprintf x >>"$last"\n' "$(command -v cp)" >"$TMP/corrupting/cp"
chmod 755 "$TMP/corrupting/cp"
out=$(PATH=$TMP/corrupting:$PATH make BUILD="$BUILD" install PREFIX="$prefix" 2>&1)
ok "a copy that differs: make install fails" [ $? -ne 0 ]
like "a copy that differs: it says so" "$out" 'install: .* as it was'
is "a copy that differs: the old object stays" "$(cat "$object")" 'the old one'

mkdir "$TMP/bad"
echo 'not an object' >"$TMP/bad/libgaishim.so"
out=$(BUILD=$TMP/bad VERSION=1 PREFIX=$prefix LIBDIR=$prefix/lib scripts/dev/install install 2>&1)
is "an object that the loader does not take: make install fails" "$?" 1
like "an object that the loader does not take: it says so" "$out" 'cannot be preloaded here'
is "an object that the loader does not take: the old object stays" "$(cat "$object")" 'the old one'
is "nothing is left beside" "$(find "$prefix" -name '*.new*')" ''

# --- paths are data ---

ok "a stage with odd letters" make BUILD="$BUILD" install DESTDIR="$TMP/a b'c\"d\\t;e&f|g*" PREFIX=/opt/staged
is "is where it went" "$(cd "$TMP/a b'c\"d\\t;e&f|g*" && find . -path '*bin/gaishim' -type f)" ./opt/staged/bin/gaishim
like "the path without DESTDIR is what is recorded, here too" \
	"$(cat "$TMP/a b'c\"d\\t;e&f|g*/opt/staged/bin/gaishim")" 'libdir=/opt/staged/lib$'
ok "uninstall there" make BUILD="$BUILD" uninstall DESTDIR="$TMP/a b'c\"d\\t;e&f|g*" PREFIX=/opt/staged
is "leaves no file there" "$(find "$TMP/a b'c\"d\\t;e&f|g*" ! -type d)" ''
mkdir "$TMP/my" "$TMP/my apps"
for name in 'my apps' a:b "it's" 'a"b' 'a\b' 'a;b' 'a&b' 'a|b' 'a*b' "a${newline}b"; do
	for variable in PREFIX LIBDIR; do
		for verb in install uninstall; do
			touch "$TMP/my/file" "$TMP/my apps/file"
			out=$(make BUILD="$BUILD" $verb "$variable=$TMP/$name" DESTDIR="$TMP/none" 2>&1)
			is "$verb $variable=$name is refused" "$?" 2
			like "$verb $variable=$name says why" "$out" "install: $variable "
		done
	done
done
is "nothing was installed" "$(ls -d "$TMP/none" 2>/dev/null)" ''
is "nor removed" "$(cd "$TMP" && echo my*/file)" 'my apps/file my/file'
# shellcheck disable=SC2016,SC2088 # these are for make
for prefix in relative ./here -x '~/x' '' '$$HOME/x' '$HOME/x' '/$HOME/x'; do
	for variable in PREFIX LIBDIR; do
		out=$(make BUILD="$BUILD" install "$variable=$prefix" DESTDIR="$TMP/none" 2>&1)
		is "$variable='$prefix' is refused" "$?" 2
		like "$variable='$prefix': says why" "$out" "$variable (must |has a sign of make's)"
	done
done
# shellcheck disable=SC2016,SC2088 # these are for make
for stage in '~/stage' '$HOME/stage'; do
	out=$(make BUILD="$BUILD" install "DESTDIR=$stage" 2>&1)
	is "DESTDIR=$stage is refused" "$?" 2
	like "DESTDIR=$stage: says why" "$out" 'DESTDIR (begins with a ~|has a sign of make)'
	out=$(DESTDIR=$stage make BUILD="$BUILD" install 2>&1)
	is "DESTDIR=$stage from the environment is refused" "$?" 2
done
is "and none of these is made" "$(ls -d -- "$TMP/none" '~' ./-x ./here 2>/dev/null)" ''
# make's own way to write a dollar:
ok "a stage with a dollar in its name" make BUILD="$BUILD" install DESTDIR="$TMP/a\$\$b" PREFIX=/opt/staged
ok "is where it went" test -x "$TMP/a\$b/opt/staged/bin/gaishim"
ok "a stage with a newline in its name" make BUILD="$BUILD" install DESTDIR="$TMP/a${newline}b" PREFIX=/opt/staged
ok "is where it went" test -x "$TMP/a${newline}b/opt/staged/bin/gaishim"
mkdir "$TMP/copy"
cp -R Makefile scripts shim docs "$TMP/copy/"
for stage in relative -x; do
	ok "a stage that is $stage" make -C "$TMP/copy" BUILD="$BUILD" install DESTDIR="$stage" PREFIX=/opt/staged
	ok "a stage that is $stage: is where it went" test -x "$TMP/copy/$stage/opt/staged/bin/gaishim"
	ok "a stage that is $stage: uninstall" make -C "$TMP/copy" BUILD="$BUILD" uninstall DESTDIR="$stage" PREFIX=/opt/staged
	is "a stage that is $stage: leaves no file" "$(find "$TMP/copy/$stage" ! -type d)" ''
done
ok "slashes too many" make BUILD="$BUILD" install DESTDIR="$TMP/slashes" PREFIX=//opt/staged//
preloads "slashes too many" "$TMP/slashes/opt/staged/bin/gaishim" "$TMP/slashes/opt/staged/lib/gaishim/libgaishim.so"
like "slashes too many: none is recorded" "$(cat "$TMP/slashes/opt/staged/bin/gaishim")" 'prefix=/opt/staged$'
prefix=$TMP/live

# --- what is not ours ---

make -s BUILD="$BUILD" install PREFIX="$prefix" >"$TMP/out" 2>&1
for file in lib/gaishim/mine lib/gaishim/commands/mine.sh lib/gaishim/python/mine.py share/doc/gaishim/mine share/man/man1/mine.1 share/zsh/site-functions/_gaishim; do
	echo mine >"$prefix/$file"
done
ok "make uninstall beside others' files" make BUILD="$BUILD" uninstall PREFIX="$prefix"
is "they stay" "$(cd "$prefix" && find . -type f ! -name 'mine.*.pyc' | sort | tr '\n' ' ')" \
	'./lib/gaishim/commands/mine.sh ./lib/gaishim/mine ./lib/gaishim/python/mine.py ./share/doc/gaishim/mine ./share/man/man1/mine.1 ./share/zsh/site-functions/_gaishim '
mkdir -p "$prefix/bin"
echo 'another program' >"$prefix/bin/gaishim"
ok "make uninstall where it is not installed" make BUILD="$BUILD" uninstall PREFIX="$prefix"
is "a program of that name that is not ours stays" "$(cat "$prefix/bin/gaishim")" 'another program'

for target in all tests check bench install uninstall clean help; do
	like "make help lists $target" "$(make -s help)" "^$target +[a-z]"
done

done_testing
