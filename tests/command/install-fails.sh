#!/bin/sh
# SPDX-License-Identifier: MIT
# make install that fails, or is ended in between: all stays as it was. And one that does
# not, while every program has the object from /etc/ld.so.preload.

. tests/lib/tap.sh
unset LD_PRELOAD MAKEFLAGS MAKELEVEL
prefix=$TMP/prefix
object=$prefix/lib/gaishim/libgaishim.so
# What make install says to its script.
VERSION=1 PREFIX=$prefix LIBDIR=$prefix/lib
export VERSION PREFIX LIBDIR

# stub NAME TEXT: until real, scripts/dev/install finds a program NAME that runs TEXT before
# the real one. TEXT knows $count, how often it was called, and $parent, the script.
stub() {
	real
	mkdir "$TMP/stubs"
	cat >"$TMP/stubs/$1" <<-STUB
		#!/bin/sh
		parent=\$PPID
		echo >>"$TMP/stubs/calls"
		count=\$(wc -l <"$TMP/stubs/calls")
		$2
		exec $(command -v "$1") "\$@"
	STUB
	chmod 755 "$TMP/stubs/$1"
}

real() {
	rm -rf "$TMP/stubs"
}

install_it() {
	PATH=$TMP/stubs:$PATH scripts/dev/install install
}

# older: an installation of which two files are there.
older() {
	rm -rf "$prefix"
	mkdir -p "$prefix/lib/gaishim" "$prefix/bin"
	printf 'the old object\n' >"$object"
	printf 'the old command\n' >"$prefix/bin/gaishim"
}

# none: not even PREFIX is there.
# shellcheck disable=SC2317 # it is called as $before
none() {
	rm -rf "$prefix"
}

# listing: what is there, and what is in it.
listing() {
	find "$prefix" 2>/dev/null | LC_ALL=C sort
	cat "$object" "$prefix/bin/gaishim" 2>/dev/null
}

# breaks NAME WANTED [COMMAND...]: the installation fails and says what is wanted, and all is
# as it was.
breaks() {
	name=$1 wanted=$2
	shift 2
	[ $# -gt 0 ] || set -- install_it
	was=$(listing)
	out=$("$@" 2>&1)
	ok "$name: fails" [ $? -ne 0 ]
	like "$name: says so" "$out" "$wanted"
	is "$name: all is as it was" "$(listing)" "$was"
}

for before in older none; do
	for nth in 1 12; do
		$before
		stub sync "[ \$count != $nth ] || exit 1"
		breaks "$before: the disk is full at file $nth" '^install: .* cannot be written; it is as it was'
		stub cksum "[ \$count != $nth ] || { echo 1 2; exit; }"
		breaks "$before: file $nth differs" '^install: .* cannot be written; it is as it was'
		stub sync "[ \$count != $nth ] || kill -TERM \$parent"
		breaks "$before: ended at file $nth" ''
		# Renames in \$work come before.
		stub mv "case \$1 in -fT) echo >>'$TMP/stubs/files'; [ \$(wc -l <'$TMP/stubs/files') != $nth ] || exit 1; esac"
		breaks "$before: file $nth cannot be replaced" '^install: .* cannot be replaced; it is as it was'
	done
done

# killed: an installation, in the middle.
killed() {
	older
	stub sync "[ \$count != 9 ] || kill -KILL \$parent"
	install_it >"$TMP/out" 2>&1
	real
	is "killed: the old object stays" "$(cat "$object")" 'the old object'
}
killed
ok "killed: make install can follow" install_it
is "killed: and leaves nothing beside" "$(find "$prefix" -name '*.new' -o -name '*.old')" ''
ok "killed: the new object is there" cmp "$object" "$GAISHIM_SO"
killed
ok "killed: make uninstall can follow" scripts/dev/install uninstall
is "killed: and leaves what is not ours" "$(cd "$prefix" && find . -type f)" ./bin/gaishim
older
stub mv "case \$1 in -fT) kill -TERM \$parent; esac"
ok "ended while files are replaced: all are" install_it
real
is "nothing is left beside" "$(find "$prefix" -name '*.new' -o -name '*.old')" ''
ok "the command runs" "$prefix/bin/gaishim" true

older
mkdir "$prefix/lib/gaishim/options.def"
breaks "a directory in the way" '^install: .*/options\.def is a directory'
older
: >"$prefix/share"
breaks "a file in the way" '^install: .*/share.* cannot be made'

if [ "$(id -u)" != 0 ] || ! unshare -m true 2>/dev/null; then
	skip "disks that are full or read-only, and /etc/ld.so.preload" "no mount namespaces here"
	done_testing
fi

# on_disk SCRIPT [ARG...]: runs SCRIPT in a mount namespace of its own, where $PREFIX has
# the old object on a disk that SCRIPT made.
on_disk() {
	older
	unshare -m sh -c "$@"
}

# shellcheck disable=SC2016 # for the shell in the namespace
small='mount -t tmpfs -o "$1" tmpfs "$PREFIX" && mkdir -p "$LIBDIR/gaishim" "$PREFIX/bin" &&
	echo "the old object" >"$LIBDIR/gaishim/libgaishim.so" && echo "the old command" >"$PREFIX/bin/gaishim"
was=$(find "$PREFIX" | sort)
scripts/dev/install install; echo "status $?"
[ "$(find "$PREFIX" | sort)" = "$was" ] && cat "$LIBDIR/gaishim/libgaishim.so" "$PREFIX/bin/gaishim"'
for limit in size=64k "size=$(($(stat -c %s "$GAISHIM_SO") / 1024 + 40))k" nr_inodes=9 nr_inodes=25; do
	out=$(on_disk "$small" sh "$limit" 2>&1)
	is "a disk with $limit: all is as it was" "$(printf '%s\n' "$out" | tail -n 3)" "status 1
the old object
the old command"
	like "a disk with $limit: says so" "$out" '^install: .* cannot be (written|made)'
done
older
# shellcheck disable=SC2016 # for the shell in the namespace
breaks "a disk that is read-only" '^install: .* cannot be written' \
	unshare -m sh -c 'mount --bind "$PREFIX" "$PREFIX" && mount -o remount,bind,ro "$PREFIX" && scripts/dev/install install'
chmod 755 "$TMP"
breaks "a user who may not" '^install: .* cannot be written' setpriv --reuid=65534 --regid=65534 --clear-groups scripts/dev/install install

# --- in use ---

install_it
# Programs are started without a break, in a place whose /etc is its own.
# shellcheck disable=SC2016 # for the shell in the namespace
live='mkdir "$1" && mount -t tmpfs tmpfs "$1" && cp -a /etc/. "$1" && mount --bind "$1" /etc || exit
echo "$LIBDIR/gaishim/libgaishim.so" >/etc/ld.so.preload
{
	n=0
	while [ ! -e "$1/stop" ]; do
		/bin/true || echo "ended with $?"
		n=$((n + 1))
	done
	[ $n -gt 100 ] || echo "no more than $n were started"
} &
for i in $(seq 30); do
	scripts/dev/install install || echo "installation $i failed"
done
scripts/dev/install uninstall && echo "it was removed"
: >"$1/stop"
wait'
is "30 installations under /etc/ld.so.preload: no program dies, and it is not removed" \
	"$(unshare -m sh -c "$live" sh "$TMP/etc" 2>&1)" \
	"install: /etc/ld.so.preload names the object: run 'gaishim disable --system' first"

done_testing
