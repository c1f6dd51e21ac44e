#!/bin/sh
# SPDX-License-Identifier: MIT
# What is handed on: the source archive builds, the archive of the built object
# runs from any directory, and the Debian package comes and goes cleanly.

. tests/tap.sh
unset LD_PRELOAD MAKEFLAGS MAKELEVEL
version=$(sed -n 's/^VERSION = //p' Makefile)
build=$TMP/build

mkdir "$build"
# shellcheck disable=SC2153 # the runner says BUILD
cp -R "$BUILD/shim" "$BUILD/libgaishim.so" "$build/"
[ ! -e "$BUILD/idn2.o" ] || cp "$BUILD/idn2.o" "$build/"
find "$build" -exec touch {} +

ok "make dist" make BUILD="$build" dist
tar -xzf "$build/gaishim-$version.tar.gz" -C "$TMP"
sources=$TMP/gaishim-$version
if git rev-parse HEAD >/dev/null 2>&1; then
	git ls-files -co --exclude-standard | sort >"$TMP/wanted"
	is "it holds what is under version control" \
		"$(cd "$sources" && find . -type f | sed 's|^./||' | sort | diff "$TMP/wanted" -)" ''
else
	skip "it holds what is under version control" "not a git checkout"
fi
ok "its sources build" make -C "$sources" -s -j2
ok "and what they built runs" "$sources/scripts/gaishim" --log="$TMP/log" getent ahosts 127.0.0.1
like "and answers" "$(cat "$TMP/log")" 'how=numeric'
rm -rf "$sources" "$TMP/log"

ok "make tarball" make BUILD="$build" tarball
mkdir "$TMP/any where" "$TMP/anywhere"
tar -xzf "$build/gaishim-$version-$(uname -m).tar.gz" -C "$TMP/anywhere"
command=$TMP/anywhere/gaishim-$version/bin/gaishim
ok "it runs from any directory" env -C / "$command" --log="$TMP/log" getent ahosts 127.0.0.1
like "and answers" "$(cat "$TMP/log")" 'how=numeric'
is "its version" "$("$command" --version)" "gaishim $version"
mv "$TMP/anywhere/gaishim-$version" "$TMP/any where/"
like "but for one with a blank in its name" "$("$TMP/any where/gaishim-$version/bin/gaishim" true 2>&1)" 'cannot carry a space'

command -v dpkg-deb >/dev/null || {
	skip "make deb" "no dpkg-deb"
	done_testing
}
ok "make deb" make BUILD="$build" deb
deb=$(echo "$build"/gaishim_*.deb)
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
like "with its site hook" \
	"$(inside 'dpkg -i /gaishim.deb >/dev/null && gaishim --python-idna=libidn2 /usr/bin/python3 -c "print(u\"fa\\xdf\".encode(\"idna\"))"')" 'xn--fa-hia'
like "it upgrades, and verifies" \
	"$(inside 'dpkg -i /gaishim.deb && dpkg -i /gaishim.deb && dpkg --verify gaishim && gaishim --version')" "^gaishim $version$"
is "it purges though enabled, and leaves nothing" \
	"$(inside "dpkg -i /gaishim.deb >/dev/null && gaishim enable --system >/dev/null && gaishim enable --profile >/dev/null; dpkg --purge gaishim >/dev/null && $files")" "$before"

done_testing
