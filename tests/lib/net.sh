# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A network of one's own: a sh test sources this first, from the top of the
# checkout. It starts the test again inside private mount and network namespaces
# (as root, or as a user where the kernel lets users make them), then sources
# tests/lib/tap.sh. Everything a test starts stays in its own process group, so that
# the runner's time limit ends it too.

PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
BUILD=$(realpath "${BUILD:-build}")
GAISHIM_SO=${GAISHIM_SO:-$BUILD/libgaishim.so}
ASK=$BUILD/tests/network/ask
export PATH BUILD GAISHIM_SO

# net_inside WHAT UNSHARE-OPTION...: starts the test again; WHAT is what it has then.
net_inside() {
	NET_INSIDE=$1
	export NET_INSIDE
	shift
	exec unshare "$@"
}

# In a chroot the root is no mount point: unshare cannot make it private, and what
# is mounted would be seen outside. /proc is one, and once it is private it can
# carry a copy of the root.
# shellcheck disable=SC2016 # expanded by the inner shell
net_chroot='mount --make-private /proc && mount --rbind / /proc/driver &&
	mount --make-rprivate /proc/driver && exec chroot /proc/driver sh -c "cd \"\$1\" && exec \"\$0\"" "$0" "$PWD"'

if [ -z "${NET_INSIDE:-}" ]; then
	for net_how in -mn -rmn; do
		unshare "$net_how" mount --bind /etc /etc 2>/dev/null && net_inside all "$net_how" "$0"
	done
	unshare --propagation unchanged -mn sh -c "$net_chroot" true 2>/dev/null &&
		net_inside all --propagation unchanged -mn sh -c "$net_chroot" "$0"
	unshare -n true 2>/dev/null && net_inside network -n "$0"
fi

. tests/lib/tap.sh
[ -n "${NET_INSIDE:-}" ] || skip_all "a network namespace is not permitted here, or there is no unshare(1)"
command -v ip >/dev/null || skip_all "no ip(8): package iproute2"
[ -e /proc/net/if_inet6 ] || skip_all "no IPv6 in this kernel, or no /proc"

# shimmed COMMAND [ARG...]: runs it with the object preloaded.
shimmed() {
	env LD_PRELOAD="${LD_PRELOAD:+$LD_PRELOAD:}$GAISHIM_SO" "$@"
}

# same NAME ERE ASK-ARG...: libc alone answers what ERE says, so that there is
# something to compare with, and with the shim the answer is the same.
same() {
	same_name=$1 same_ere=$2
	shift 2
	same_libc=$("$ASK" "$@")
	like "$same_name: libc alone" "$same_libc" "$same_ere"
	is "$same_name: the same with the shim" "$(shimmed "$ASK" "$@")" "$same_libc"
}

# Loopback up, and an address of each family for AI_ADDRCONFIG to find.
net_up() {
	ip link set lo up
	ip address add 192.0.2.1/32 dev lo
	ip -6 address add 2001:db8::1/128 dev lo
}

# An /etc of one's own, with files and DNS for hosts; nobody asks a cache outside.
net_private_etc() {
	[ "$NET_INSIDE" = all ] || skip_all "a mount namespace is not permitted here"
	mkdir "$TMP/etc"
	cp -a /etc/. "$TMP/etc" 2>/dev/null # but what a user may not read
	rm -f "$TMP/etc/resolv.conf" "$TMP/etc/hosts" "$TMP/etc/nsswitch.conf"
	echo 'hosts: files dns' >"$TMP/etc/nsswitch.conf"
	printf '127.0.0.1 localhost\n::1 localhost\n' >"$TMP/etc/hosts"
	: >"$TMP/etc/resolv.conf"
	mount --bind "$TMP/etc" /etc
	[ ! -d /run/nscd ] || mount -t tmpfs none /run/nscd
}

