#!/bin/sh
# SPDX-License-Identifier: MIT
# What is handed on: the source archive builds, the archive of the built object
# runs from any directory, and the Debian package comes and goes cleanly.

. tests/lib/tap.sh
unset LD_PRELOAD MAKEFLAGS MAKELEVEL
version=$(sed -n 's/^VERSION = //p' Makefile)
build=$TMP/build

mkdir "$build"
# shellcheck disable=SC2153 # the runner says BUILD
cp -R "$BUILD/shim" "$BUILD/libgaishim.so" "$build/"
[ ! -e "$BUILD/idn2.o" ] || cp "$BUILD/idn2.o" "$build/"
find "$build" -exec touch {} +

# links NAME DIRECTORY: each link of the documents there leads somewhere.
links() {
	ok "$1: has documents" test -s "$2/README.md" -a -s "$2/docs/ci.md"
	is "$1: each link leads somewhere" "$(cd "$2" && find . -name '*.md' | while read -r file; do
		grep -Eo '\]\([^)]*\)' "$file" | sed 's/^](//; s/)$//' | sort -u | while read -r link; do
			case $link in
			*://*) ;;
			*) [ -e "${file%/*}/$link" ] || printf '%s: %s\n' "$file" "$link" ;;
			esac
		done
	done)" ''
}

# anew COMMAND...: runs it when time has passed, by other times of what was built.
anew() {
	sleep 1.1
	touch "$build/libgaishim.so"
	"$@" >"$TMP/anew" 2>&1 || cat "$TMP/anew"
}

ok "make dist" make BUILD="$build" dist
tar -xzf "$build/gaishim-$version.tar.gz" -C "$TMP"
sources=$TMP/gaishim-$version
if git rev-parse HEAD >/dev/null 2>&1; then
	{
		git ls-files -co --exclude-standard
		printf '.commit\n'
	} | LC_ALL=C sort >"$TMP/wanted"
	is "it holds what is under version control" \
		"$(cd "$sources" && find . -type f | sed 's|^./||' | LC_ALL=C sort | diff "$TMP/wanted" -)" ''
else
	skip "it holds what is under version control" "not a git checkout"
fi
ok "its sources build" make -C "$sources" -s -j2
ok "and what they built runs" "$sources/scripts/gaishim" --log="$TMP/log" getent ahosts 127.0.0.1
like "and answers" "$(cat "$TMP/log")" 'how=numeric'
commit=$(scripts/dev/commit | cut -d ' ' -f 1)
like "it knows its commit" "$("$sources/scripts/gaishim" --version)" "\\(commit ${commit:-unknown}, "

# Debug information, of which the build id is made, must not tell where that was; nor an
# archive where, when, by whom and with which umask.
packages='tarball dist' foreign=tarball
! command -v dpkg-deb >/dev/null || packages="deb $packages" foreign="deb tarball"
# With a compiler for arm64 and the libraries, the packages for that as well.
case $(uname -m)/$(aarch64-linux-gnu-gcc -print-file-name=libunistring.a 2>&1) in
aarch64/*) foreign='' why='this machine is one itself' ;;
*/*/libunistring.a) ;;
*) foreign='' why='no compiler for arm64, or no libunistring-dev:arm64' ;;
esac
mv "$sources" "$TMP/one"
mkdir "$TMP/elsewhere"
two=$TMP/elsewhere/another-name
cp -R "$TMP/one" "$two"
rm -r "$two/build"
find "$two" ! -type d -exec touch -d 2001-01-01 {} +
chmod -R go-rwx "$two"
chmod 755 "$TMP"
set -- env TZ=Asia/Tokyo LC_ALL=POSIX HOME=/nonexistent sh -c 'umask 077 && exec "$@"' sh
! command -v taskset >/dev/null || set -- taskset -c 0 "$@"
! command -v faketime >/dev/null || set -- env NO_FAKE_STAT=1 faketime '2001-09-09 01:46:40' "$@"
if [ "$(id -u)" = 0 ] && setpriv --reuid=65534 --regid=65534 --clear-groups true; then
	chown -R 65534:65534 "$two" "$TMP/elsewhere"
	set -- setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
fi
# shellcheck disable=SC2086 # words
ok "its packages" make -C "$TMP/one" -s $packages
# shellcheck disable=SC2086 # words
ok "they build elsewhere: packages of another user, umask, time and zone" "$@" make -C "$two" -s $packages
if [ "$foreign" ]; then
	# shellcheck disable=SC2086 # words
	ok "its packages for arm64" make -C "$TMP/one" -s ARCH=arm64 $foreign
	# shellcheck disable=SC2086 # words
	ok "they build elsewhere, for arm64" "$@" make -C "$two" -s ARCH=arm64 $foreign
fi
for file in "$TMP/one"/build/*.so "$TMP/one"/build/*.deb "$TMP/one"/build/*.tar.gz \
	"$TMP/one"/build/arm64/*.so "$TMP/one"/build/arm64/*.deb "$TMP/one"/build/arm64/*.tar.gz; do
	[ ! -e "$file" ] || ok "it is the same there: ${file##*/}" cmp "$file" "$two/${file#"$TMP/one/"}"
done
if [ "$foreign" ]; then
	made=$TMP/one/build/arm64
	tar -xzf "$made/gaishim-$version-aarch64.tar.gz" -C "$TMP/elsewhere"
	like "for arm64: what the object says" "$(LC_ALL=C grep -ao 'gaishim [^ ()]* ([^()]*)' "$TMP/elsewhere/gaishim-$version/lib/gaishim/libgaishim.so")" \
		'libidn2 [0-9.]+, libunistring [0-9.]+, Unicode [0-9.]+, aarch64, glibc 2\.31\+\)$'
	like "for arm64: which libraries are inside" "$(cat "$TMP/elsewhere/gaishim-$version/licences/NOTICE")" 'libidn2 [0-9]'
	! command -v dpkg-deb >/dev/null ||
		is "for arm64: the package's architecture" "$(dpkg-deb -f "$made/gaishim_${version}_arm64.deb" Architecture)" arm64
else
	skip "packages for arm64" "$why"
fi
rm -rf "$TMP/one" "$TMP/elsewhere" "$TMP/log"

ok "make tarball" make BUILD="$build" tarball
mkdir "$TMP/any where" "$TMP/anywhere"
tar -xzf "$build/gaishim-$version-$(uname -m).tar.gz" -C "$TMP/anywhere"
command=$TMP/anywhere/gaishim-$version/bin/gaishim
ok "it runs from any directory" env -C / "$command" --log="$TMP/log" getent ahosts 127.0.0.1
like "and answers" "$(cat "$TMP/log")" 'how=numeric'
like "it says what it is" "$("$command" --version)" "^gaishim $version \(commit [^ ]+, .*\)\$"
tree=$TMP/anywhere/gaishim-$version
links "the archive" "$tree"
ok "the archive: our licence" cmp LICENSE "$tree/LICENSE"
for library in libidn2 libunistring; do
	like "the archive: says that $library is inside" "$(cat "$tree/licences/NOTICE")" "$library [0-9].*(LGPL|Lesser)"
	like "the archive: the notices of $library" "$(cat "$tree/licences/$library.txt")" 'Free Software Foundation'
done
like "the archive: the notice of Unicode, Inc." "$(cat "$tree/licences/libidn2.txt")" 'Unicode®?, Inc'
like "the archive: the text of LGPL 3" "$(head -n 3 "$tree/licences/LGPL-3.txt")" 'GNU LESSER GENERAL PUBLIC LICENSE'
like "the archive: the text of GPL 3" "$(sed -n 2p "$tree/licences/GPL-3.txt")" 'Version 3'
cp "$build/gaishim-$version-$(uname -m).tar.gz" "$TMP/one"
anew make BUILD="$build" tarball
ok "the archive: the same a second time" cmp "$TMP/one" "$build/gaishim-$version-$(uname -m).tar.gz"
mv "$TMP/anywhere/gaishim-$version" "$TMP/any where/"
like "but for one with a blank in its name" "$("$TMP/any where/gaishim-$version/bin/gaishim" true 2>&1)" 'cannot carry a space'

command -v dpkg-deb >/dev/null || {
	skip "make deb" "no dpkg-deb"
	done_testing
}
ok "make deb" make BUILD="$build" deb
is "the package: its architecture" "$(dpkg-deb -f "$build"/gaishim_*.deb Architecture)" "$(dpkg --print-architecture)"
deb=$(echo "$build"/gaishim_*.deb)
cp "$deb" "$TMP/one"
anew make BUILD="$build" deb
ok "the package: the same a second time" cmp "$TMP/one" "$deb"
dpkg-deb -x "$deb" "$TMP/deb"
links "the package" "$TMP/deb/usr/share/doc/gaishim"
is "the package: what completes its words, where Debian's shells look" \
	"$(cd "$TMP/deb/usr/share" && find bash-completion zsh fish -type f | LC_ALL=C sort | tr '\n' ' ')" \
	'bash-completion/completions/gaishim fish/vendor_completions.d/gaishim.fish zsh/vendor-completions/_gaishim '
ok "the package: its changelog" test -s "$TMP/deb/usr/share/doc/gaishim/docs/CHANGELOG.md"
for text in 'MIT' 'libidn2' 'libunistring' 'Unicode, Inc'; do
	like "the package: its copyright has $text" "$(cat "$TMP/deb/usr/share/doc/gaishim/copyright")" "$text"
done
if command -v lintian >/dev/null; then
	is "lintian has no errors and no warnings" "$(lintian --allow-root "$deb" 2>&1 | grep '^[EW]:')" ''
else
	skip "lintian has no errors" "no lintian"
fi

# The machine's own system underneath, and what dpkg writes on top: it is all gone
# with the namespace.
cat >"$TMP/inside" <<'END'
set -e
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
cp "$2" "$1/root/gaishim.deb"
chroot "$1/root" sh -c "$3"
END
# inside COMMAND: as root of a copy of this system, with the package at hand.
inside() {
	unshare -m sh "$TMP/inside" "$TMP/overlay" "$deb" "$1" 2>&1
}
mkdir "$TMP/overlay"
if ! inside true >/dev/null; then
	skip "dpkg --install, --purge" "no overlay mounts here: $(inside true | head -n 1)"
	done_testing
fi

files='find /usr /etc /var/lib -name "*gaishim*" 2>/dev/null'
before=$(inside "$files")
like "it installs, and the command runs" \
	"$(inside 'dpkg -i /gaishim.deb && gaishim --log=stderr getent ahosts 127.0.0.1')" 'how=numeric'
if /usr/bin/python3 -c 'import encodings.idna' 2>/dev/null; then
	like "with its site hook" \
		"$(inside 'dpkg -i /gaishim.deb >/dev/null && gaishim --python-idna=libidn2 /usr/bin/python3 -c "print(u\"fa\\xdf\".encode(\"idna\"))"')" 'xn--fa-hia'
else
	skip "with its site hook" "no python3 of the system"
fi
like "it upgrades, and verifies" \
	"$(inside 'dpkg -i /gaishim.deb && dpkg -i /gaishim.deb && dpkg --verify gaishim && gaishim --version')" "^gaishim $version \(commit [^ ]+, .*\)\$"
is "it purges though enabled, and leaves nothing" \
	"$(inside "dpkg -i /gaishim.deb >/dev/null && gaishim enable --system >/dev/null && gaishim enable --profile >/dev/null; dpkg --purge gaishim >/dev/null && $files")" "$before"

done_testing
