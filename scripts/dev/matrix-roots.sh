# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The part of scripts/dev/matrix that makes the root file systems, and enters them.
# shellcheck disable=SC2034,SC2154 # the variables of matrix

# The archive that apt has lists of, if this is Debian.
find_mirror() {
	# shellcheck disable=SC2016 # apt's variable
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null |
		head -n 1 | grep . || echo http://deb.debian.org/debian
}

# Releases are signed with keys that an older machine may not know. Each root
# brings those of its successor, and is itself known by a signature: so they are
# made in order, and nothing is taken on trust.
gather_keys() {
	mkdir -p "$tmp/keys"
	for keyring in /usr/share/keyrings/debian-archive-keyring.gpg "$cache"/*/usr/share/keyrings/debian-archive-keyring.gpg; do
		[ ! -f "$keyring" ] || cp -L "$keyring" "$tmp/keys/$(printf %s "${keyring%.gpg}" | tr -c '[:alnum:]' -).gpg"
	done
}

# without WHY: $release is not run; for the notes below the table.
without() {
	printf '%s\n' "$1" >"$tmp/$release.why"
	say "$release is skipped: $1"
	false
}

# has_time NAME: is there time to make $cache/NAME? Leaves the seconds in $left.
has_time() {
	left=$((deadline - $(date +%s)))
	[ "$left" -gt 0 ] || without "no $cache/$1, and no time left to make it (--make=$seconds)"
}

# find_sources: leaves in $mirror and $tmp/keys where packages come from and who signs them.
find_sources() {
	[ "$mirror" ] || mirror=$(find_mirror)
	gather_keys
}

# made_in_time COMMAND...: does it succeed within $left seconds? $release is skipped if not.
made_in_time() {
	timeout -k 10 "$left" nice "$@" >"$tmp/made" 2>&1 </dev/null &
	maker=$!
	wait "$maker"
	made=$?
	maker=''
	case $made in
	0) ;;
	124 | 137) without "it was not made within $left s" ;;
	*)
		why=$(sed -n 's/^E: /mmdebstrap: /p' "$tmp/made" | head -n 1)
		without "${why:-$(tail -n 1 "$tmp/made")}"
		;;
	esac
}

# forget_making: what has been made is in its place, or is not wanted any more.
forget_making() {
	rm -rf "$making"
	making=''
}

# make_root NAME OPTION... RELEASE: an archive of a root for $cache/NAME, by mmdebstrap with
# these options. unpack_root and keep_root are called next, if it can be made.
make_root() {
	command -v mmdebstrap >/dev/null || without "no $cache/$1, and no mmdebstrap to make it" || return
	has_time "$1" || return
	find_sources
	making=$(mktemp -d "$cache/.$1.XXXXXX") || exit 1
	say "making $cache/$1 from $mirror"
	shift
	# The Release file of testing may be older than it says it is good for.
	made_in_time mmdebstrap --keyring="$tmp/keys" --aptopt='Acquire::Check-Valid-Until "false"' \
		"$@" "$making/root.tar" "$mirror" || {
		forget_making
		false
	}
}

# unpack_root OPTION...: that archive into $making/root, with these options and members of tar.
unpack_root() {
	mkdir "$making/root"
	tar -C "$making/root" -xf "$making/root.tar" "$@" || die 1 "$cache: no room for $release?"
}

# keep_root NAME: $making/root is complete, and takes its place.
keep_root() {
	rm -rf "${cache:?}/$1"
	mv -T "$making/root" "$cache/$1" || exit 1
	forget_making
}

# have_root: is that of $release there, with all that it should hold? Made if not.
# It goes through an archive, so that users own what they make and no device is in
# it, and stands in its place when it is complete.
have_root() {
	if is_musl "$release"; then
		have_musl_root
		return
	fi
	packages=$(packages_of "$release")
	name=${bare:+bare-}$release
	root=$cache/$name
	[ "$renew" ] || [ ! -e "$root" ] || [ "$packages" != "$(cat "$root/etc/gaishim-matrix" 2>/dev/null)" ] || return 0
	if [ "$bare" ]; then
		set -- --variant=minbase
	else
		set -- --variant=essential --include="$(printf '%s\n' "$packages" | tr ' ' ,)" \
			--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
			--dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt=force-unsafe-io
	fi
	make_root "$name" "$@" "$release" || return
	unpack_root --exclude='./dev/*'
	if [ -z "$bare" ]; then
		# Nothing is to be asked outside.
		: >"$making/root/etc/resolv.conf"
		printf '127.0.0.1 localhost\n::1 localhost\n' >"$making/root/etc/hosts"
		printf '%s\n' "$packages" >"$making/root/etc/gaishim-matrix"
	fi
	keep_root "$name"
}

# /proc is a mount point even in a chroot, where / is none; once it is private it
# carries the root, and nothing that is mounted there is seen outside. Read-only
# keeps roots as they were made; some users may not mount so. Without programs the
# root is one to be written to.
# shellcheck disable=SC2016 # for the inner shell
entry='
set -e
root=$1 programs=$2 inside=/proc/driver
shift 2
mount --make-private /proc
mount --bind "$root" $inside
mount --make-private $inside
mount --rbind /dev $inside/dev
mount -t proc proc $inside/proc
mount -t tmpfs tmpfs $inside/tmp
mount -t tmpfs tmpfs $inside/run
set -- chroot $inside "$@"
PATH=/usr/sbin:/usr/bin:/sbin:/bin
[ "$programs" ] || exec env -i PATH=$PATH HOME=/root "$@"
mount --bind . $inside/mnt
mount --bind "$programs" $inside/srv
for place in $inside/mnt $inside; do
	mount -o remount,bind,ro $place 2>/dev/null || :
done
exec env -i PATH=$PATH HOME=/tmp LC_ALL=C.UTF-8 BUILD=/srv "$@"
'

# enter_root ROOT PROGRAMS COMMAND...: takes the place of this shell. What COMMAND leaves
# running ends with it.
enter_root() {
	# shellcheck disable=SC2086 # an option or none
	exec unshare $user -mpf --propagation unchanged --kill-child sh -c "$entry" sh "$@"
}

# enter RELEASE COMMAND...: the same, in a root that stays as it is. The checkout is /mnt
# there, where COMMAND is run, and $programs is /srv.
enter() {
	root=$cache/$1
	! is_musl "$1" || programs=$musl_programs
	shift
	# shellcheck disable=SC2016 # for the inner shell
	enter_root "$root" "$programs" sh -c 'cd /mnt && exec "$@"' sh "$@"
}

# wait_for_running: for the rows that have been started.
wait_for_running() {
	for pid in $running; do
		wait "$pid"
	done
	running=''
}
