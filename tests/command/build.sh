#!/bin/sh
# SPDX-License-Identifier: MIT
# The Makefile does as others do: what may be given, from the environment or as an
# argument, what it rebuilds, and what it says where something is missing.

. tests/lib/tap.sh
unset LD_PRELOAD MAKEFLAGS MAKELEVEL CC CFLAGS CPPFLAGS LDFLAGS IDN2 V

# would NAME ERE NOT-ERE [WORD...]: a build from nothing is by commands that match ERE, and
# not the other.
would() {
	name=$1 ere=$2 not=$3
	shift 3
	commands=$(env "$@" BUILD="$TMP/none" -n 2>&1 | grep -E ' -c -o .*/classify\.o| -shared ')
	is "$name" "$(printf '%s\n' "$commands" | grep -Ec -- "$ere")" 2
	is "$name: nothing else" "$(printf '%s\n' "$commands" | grep -E -- "$not")" ''
}

would "as it is" '^cc .*-O3 -g .*-std=gnu11' '^gcc|clang' make
would "CC from the environment" '^clang .*-std=gnu11' '^cc ' CC=clang make
would "CC as an argument" '^clang .*-std=gnu11' '^cc ' make CC=clang
would "CC of two words" '^ccache gcc .*-std=gnu11' '^cc ' make CC='ccache gcc'
would "CFLAGS from the environment" '^cc .*-O1 -DMARK .*-std=gnu11' '-O3' CFLAGS='-O1 -DMARK' make
would "CFLAGS as an argument" '^cc .*-O1 -DMARK .*-std=gnu11' '-O3' make CFLAGS='-O1 -DMARK'
out=$(CPPFLAGS=-DONE LDFLAGS=-Wl,-O2 make BUILD="$TMP/none" -n)
like "CPPFLAGS from the environment" "$out" '^cc .*-DONE .* -c '
like "CPPFLAGS: ours stay" "$out" '^cc .*-D_GNU_SOURCE.* -c '
like "LDFLAGS from the environment" "$out" '^cc .*-Wl,-O2 .*libgaishim\.so'
for verbose in V=1 V=0 V=; do
	like "make $verbose builds" "$(make $verbose BUILD="$TMP/none" -n)" '^cc .*libgaishim\.so'
done
out=$(make BUILD="$TMP/quiet" "$TMP/quiet/shim/host/classify.o" 2>&1)
is "without V: what is built" "$out" "  $TMP/quiet/shim/host/classify.o"
like "V=1: the commands" "$(make V=1 BUILD="$TMP/loud" "$TMP/loud/shim/host/classify.o" 2>&1)" '^cc .* -c '
is "V=0: none" "$(make V=0 BUILD="$TMP/quiet" "$TMP/quiet/shim/host/literal.o" 2>&1)" "  $TMP/quiet/shim/host/literal.o"

# --- a compiler that is two words ---

mkdir "$TMP/bin"
# shellcheck disable=SC2016 # the stub's
printf '#!/bin/sh\necho >>"%s/cached"\nexec "$@"\n' "$TMP" >"$TMP/bin/ccache"
chmod 755 "$TMP/bin/ccache"
two="ccache $(command -v gcc || command -v cc)"
PATH=$TMP/bin:$PATH
ok "it compiles" make BUILD="$TMP/two" CC="$two" "$TMP/two/shim/host/classify.o"
ok "it was called" test -s "$TMP/cached"
is "scripts/dev/setup misses nothing" "$(CC=$two scripts/dev/setup build 2>&1)" ''

# --- a compiler with tools of its own, as one for another machine has ---

# shellcheck disable=SC2016 # the stubs'
printf '#!/bin/sh\ncase $1 in\n-print-prog-name=*) printf "%%s\\n" "%s/own-${1#*=}" ;;\n*) exec cc "$@" ;;\nesac\n' "$TMP/bin" >"$TMP/bin/own-cc"
for tool in ar objcopy; do
	# shellcheck disable=SC2016 # the stubs'
	printf '#!/bin/sh\necho %s >>"%s/own-tools"\nexec %s "$@"\n' $tool "$TMP" $tool >"$TMP/bin/own-$tool"
done
chmod 755 "$TMP/bin/own-"*
ok "it compiles with its own tools" make BUILD="$TMP/own" CC="$TMP/bin/own-cc" "$TMP/own/idn2.o" "$TMP/own/tests/lib.a"
is "they were called" "$(sort -u "$TMP/own-tools" 2>/dev/null | tr '\n' ' ')" 'ar objcopy '

# --- IDN2 after another IDN2 ---

build=$TMP/build
mkdir "$build"
# shellcheck disable=SC2153 # the runner says BUILD
cp -R "$BUILD/shim" "$BUILD/libgaishim.so" "$build/"
[ ! -e "$BUILD/idn2.o" ] || cp "$BUILD/idn2.o" "$build/"
find "$build" -exec touch {} +

# needs WANTED [ARG...]: after a make with them, the object needs libidn2, or does not.
needs() {
	wanted=$1
	shift
	make -s BUILD="$build" "$@" >"$TMP/out" 2>&1
	is "make $*" "$?" 0
	is "after make $*: libidn2 is needed" "$(readelf -d "$build/libgaishim.so" | grep -c 'NEEDED.*libidn2')" "$wanted"
}

if command -v readelf >/dev/null; then
	needs 0
	needs 1 IDN2=shared
	needs 1 # as it was told before
	needs 1 install DESTDIR="$TMP/stage"
	needs 0 IDN2=static
	is "what is up to date is left alone" "$(make BUILD="$build" 2>&1 | grep -v "Nothing to be done")" ''
	out=$(make BUILD="$build" IDN2=neither 2>&1)
	is "another IDN2 is refused" "$?" 2
	like "another IDN2: says what is allowed" "$out" 'IDN2 is static or shared'
else
	skip "IDN2" "no readelf"
fi

# --- where it is built ---

# make keeps by a file's name what it depends on.
is "the directory of BUILD has one name, whatever BUILD says" \
	"$(make -pn BUILD="$PWD/some/where" 2>/dev/null | sed -n 's/^BUILD := //p')" some/where

# refused NAME WANTED [ARG...]: make does nothing, and says what is wanted in one line.
refused() {
	name=$1 wanted=$2
	shift 2
	out=$(make "$@" 2>&1)
	is "$name: refused" "$?" 2
	like "$name: says why" "$out" "$wanted"
	is "$name: in one line, and nothing else" "$(printf '%s\n' "$out" | grep -Evc "^make: (Entering|Leaving)")" 1
}

# shellcheck disable=SC2016 # these are for make
for name in 'my src' "it's" 'a$b' 'a"b' a:b 'a\b' 'a`b'; do
	mkdir "$TMP/$name"
	cp Makefile "$TMP/$name/"
	cp -R scripts shim "$TMP/$name/"
	refused "sources in $name" 'the path of these sources must hold no ' -C "$TMP/$name"
	is "sources in $name: nothing is made there" "$(ls "$TMP/$name/build" 2>/dev/null)" ''
done
# shellcheck disable=SC2016,SC2088 # these are for make
for name in 'a b' "it's" 'a$b' 'a$$b' 'a"b' a:b 'a\b' 'a;b' 'a%b' 'a=b' 'a*b' '~/b' -b ''; do
	refused "BUILD='$name'" 'BUILD (must |has a sign of make)' BUILD="$name"
done
is "none of these is made" "$(ls -d a* ./-b ./~ 2>/dev/null)" ''
for name in 'a%b(c)' 'ä@1.2,+-^#&' -dash; do
	mkdir -p "$TMP/odd/$name"
	cp -R Makefile scripts shim "$TMP/odd/$name/"
	ok "sources in $name" make -C "$TMP/odd/$name" build/shim/host/classify.o build/shim/host/literal.o -j2
	ok "sources in $name: they are built" test -s "$TMP/odd/$name/build/shim/host/classify.o"
done

mkdir "$TMP/copy"
cp -R Makefile scripts shim tests docs "$TMP/copy/"
# shellcheck disable=SC2016 # for the shell in the namespace
if unshare -m true 2>/dev/null; then
	ok "sources that cannot be written, with BUILD elsewhere" unshare -m sh -c \
		'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && ! touch "$1/new" && make -C "$1" BUILD="$2" IDN2=shared install DESTDIR="$2/stage"' \
		sh "$TMP/copy" "$TMP/elsewhere"
	ok "and it is installed" test -s "$TMP/elsewhere/stage/usr/local/lib/gaishim/libgaishim.so"
else
	skip "sources that cannot be written" "no mount namespaces here"
fi
ok "make clean" make -C "$TMP/copy" BUILD="$TMP/elsewhere" clean
ok "nothing is left" [ ! -e "$TMP/elsewhere" ]

# --- for another architecture ---

case $(uname -m) in
aarch64) here=arm64 other=amd64 triple=x86_64-linux-gnu package=gcc-x86-64-linux-gnu ;;
*) here=amd64 other=arm64 triple=aarch64-linux-gnu package=gcc-aarch64-linux-gnu ;;
esac
for arch in arm x86_64 'arm64 amd64'; do
	refused "ARCH='$arch'" 'ARCH is amd64 or arm64, not ' ARCH="$arch"
done
refused "ARCH=$other by this machine's compiler" "ARCH=$other needs another compiler than CC=cc, which is for " ARCH=$other CC=cc
# Others use a variable of this name in their environments.
would "ARCH from the environment does not count" '^cc ' "$triple" ARCH=nosuch make
if [ "$here" = amd64 ]; then
	would "ARCH=$here" '^cc ' "$triple" make ARCH=$here
else
	skip "ARCH=$here" "this machine is another"
fi
# A compiler that says it is for the other architecture.
# shellcheck disable=SC2016 # the stub's
printf '#!/bin/sh\ncase $1 in\n-dumpmachine) echo %s ;;\n*) exec "%s" "$@" ;;\nesac\n' "$triple" "$TMP/bin/lacking" >"$TMP/bin/$triple-gcc"
chmod 755 "$TMP/bin/$triple-gcc"
like "ARCH=$other: in a directory of its own" "$(make -Bn ARCH=$other 2>&1)" "^$triple-gcc .* -shared .* -o build/$other/libgaishim\\.so"

# --- what is missing ---

# missing FILE ERE TARGET [ARG...]: make says that in one line, and no compiler says more.
missing() {
	rm -rf "$TMP/missing"
	file=$1 ere=$2 target=$3
	shift 3
	set -- "${@:-CC=$TMP/bin/lacking}"
	out=$(MISSING=$file make BUILD="$TMP/missing" "$@" "$target" 2>&1)
	is "no $file, $*: fails" "$?" 2
	like "no $file, $*: says so" "$out" "$ere"
	is "no $file, $*: in one line" "$(printf '%s\n' "$out" | grep -Evc '^make|^  /')" 1
}

# A compiler that does not find the file of that name.
cat >"$TMP/bin/lacking" <<'END'
#!/bin/sh
case "$*" in
*-l:"$MISSING"*) exit 1 ;;
*' -E '*) grep -q "<$MISSING>" && exit 1 ;;
esac
exec cc "$@"
END
chmod 755 "$TMP/bin/lacking"
missing idn2.h 'no idn2\.h: .*libidn2-dev.*scripts/dev/setup build' all
missing check.h 'no check\.h: install check.*scripts/dev/setup check' "$TMP/missing/tests/preload/test_disabled"
missing libidn2.a 'no libidn2\.a for [^ ]*: .*libidn2-dev .*setup build.*IDN2=shared' "$TMP/missing/idn2.o"
missing libunistring.a 'no libunistring\.a for [^ ]*: .*libunistring-dev .*IDN2=shared' "$TMP/missing/idn2.o"
missing idn2.h "no idn2\\.h: .*libidn2-dev:$other .*scripts/dev/setup $other" all ARCH=$other
missing libidn2.a "no libidn2\\.a for $triple: .*libidn2-dev:$other .*setup $other.*IDN2=shared" "$TMP/missing/idn2.o" ARCH=$other
like "no compiler, ARCH=$other" "$(make BUILD="$TMP/nothing" ARCH=$other CC=no-such-compiler all 2>&1)" \
	"no compiler no-such-compiler: install $package \(scripts/dev/setup $other does\)"
out=$(make BUILD="$TMP/nothing" CC=no-such-compiler all 2>&1)
like "no compiler" "$out" 'no compiler no-such-compiler'
out=$(make BUILD="$TMP/nothing" CC=no-such-compiler all 2>&1 | grep -vc '^make')
is "no compiler: in one line" "$out" 1
done_testing
