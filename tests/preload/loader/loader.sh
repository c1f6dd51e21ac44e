#!/bin/sh
# SPDX-License-Identifier: MIT
# Lookups while the loader is at work: a plugin's constructor that resolves on
# a thread while dlopen holds the loader's lock, and constructors that resolve
# before the shim's own has run.
#
# What libc does by itself (glibc 2.36, strace): for localhost it reads
# nsswitch.conf, host.conf, resolv.conf and hosts, and loads nothing; "files"
# and "dns" are part of libc since 2.34. Up to 2.33 they are modules that the
# first lookup loads: so the program here asks for localhost once before. For
# AI_IDN and a Unicode host, and for AI_CANONIDN and any host, libc loads
# libidn2.

. tests/lib/tap.sh

dir=$BUILD/tests/preload/loader
fake=$BUILD/tests/lib/libfake.so
limit=10 # seconds; what does not hang is done in a few milliseconds
# As numbers, since sh does not know netdb.h.
AI_IDN=64 AI_CANON=130 AI_NUMERICHOST=4 # CANON: AI_CANONNAME | AI_CANONIDN

# run PRELOAD NAME=VALUE... -- ARG...: what `load ARG...` says, in one line; or
# that it hangs. timeout itself goes without the preload.
run() {
	preload=$1
	shift
	for arg; do
		shift
		[ "$arg" != -- ] || arg=$dir/load
		set -- "$@" "$arg"
	done
	said=$(timeout -k 1 "$limit" env LD_PRELOAD="$preload" "$@" 2>&1)
	status=$?
	case $status in
	0) ;;
	124 | 137) said="${said:+$said }hangs" ;;
	*) said="${said:+$said }status $status" ;;
	esac
	printf '%s' "$said" | tr '\n' ';'
}

# plugin HOST FLAGS [ARG...]: the same for the plugin, under the shim.
plugin() {
	host=$1 flags=$2
	shift 2
	run "$GAISHIM_SO:$fake" PLUGIN_HOST="$host" PLUGIN_FLAGS="$flags" -- "$@" "$dir/libplugin.so"
}

# The fake resolver's addresses, as it gives them when nothing is being loaded.
address_of() {
	run "$GAISHIM_SO:$fake" -- -w "$1" | sed 's/.* \([^ ;]*\);done$/\1/'
}
plain=$(address_of plain.fake)
like "the fake resolver answers" "$plain" '^fd00::'
unicode=$(address_of xn--bcher-kva.fake)
like "the fake resolver answers for a Unicode host" "$unicode" '^fd00::'

# The plugin, under the shim.
while read -r host flags address; do
	is "plugin: $host, flags $flags" "$(plugin "$host" "$flags")" "plugin: $host $address;done"
done <<EOT
bücher.fake 0 $unicode
bücher.fake $AI_IDN $unicode
bücher.fake $AI_CANON $unicode
xn--bcher-kva.fake $AI_CANON $unicode
１２７.0.0.1 0 127.0.0.1
１２７.0.0.1 $AI_IDN 127.0.0.1
127.0.0.1 0 127.0.0.1
127.0.0.1 $AI_CANON 127.0.0.1
::1 0 ::1
plain.fake 0 $plain
plain.fake $AI_CANON $plain
EOT
# Where /etc/hosts is missing libc does not know localhost.
known=''
! getent ahosts localhost >/dev/null || known=yes
for flags in 0 $AI_CANON; do
	name="plugin: localhost from libc, flags $flags"
	if [ -n "$known" ]; then
		like "$name" "$(plugin localhost "$flags" -w localhost)" \
			'^warm: localhost [^;]*;plugin: localhost (127\.0\.0\.1|::1);done$'
	else
		skip "$name" "libc finds no localhost"
	fi
done

# The plugin, without the shim: what is gone under it. A numeric host in
# full-width digits needs libidn2 and no resolver.
limit=3
alone() {
	run "" PLUGIN_HOST="$1" PLUGIN_FLAGS="$2" -- -w localhost "$dir/libplugin.so"
}
if run "" PLUGIN_HOST=１２７.0.0.1 PLUGIN_FLAGS=$((AI_IDN | AI_NUMERICHOST)) -- "$dir/libplugin.so" >"$TMP/alone" &&
	grep -q 'EAI -105' "$TMP/alone"; then
	skip "without the shim the Unicode host hangs" "libc finds no libidn2"
	skip "without the shim AI_CANONIDN hangs" "libc finds no libidn2"
else
	is "without the shim the Unicode host hangs" "$(cat "$TMP/alone")" "hangs"
	if [ -n "$known" ]; then
		like "without the shim AI_CANONIDN hangs" "$(alone localhost $AI_CANON)" ';?hangs$'
	else
		skip "without the shim AI_CANONIDN hangs" "libc finds no localhost"
	fi
fi
like "without the shim the numeric host does not" "$(alone 127.0.0.1 0)" ';plugin: 127.0.0.1 127.0.0.1;done$'

limit=10

# Constructors that ask before ours has run, or after it.
early=$dir/libearly.so
hosts="127.0.0.1 bücher.fake plain.fake"
said="127.0.0.1 127.0.0.1
bücher.fake $unicode
plain.fake $plain"
want=$(printf '%s\n' "$said" | sed 's/^/early: /'
	printf '%s\n' "$said" | sed 's/^/early thread: /'
	echo 'done')
want=$(printf '%s' "$want" | tr '\n' ';')

for preload in "$early:$GAISHIM_SO:$fake" "$GAISHIM_SO:$early:$fake" "$GAISHIM_SO:$fake:$early"; do
	order=$(printf '%s' "$preload" | sed 's,[^:]*/lib,,g; s,\.so,,g')
	is "constructor, preloaded $order" "$(run "$preload" EARLY_HOSTS="$hosts" --)" "$want"
	# It loads the plugin in its turn: the loader's lock is held, ours not ready.
	for host in 127.0.0.1 bücher.fake plain.fake; do
		like "constructor that loads a plugin, preloaded $order: $host" \
			"$(run "$preload" EARLY_PLUGIN="$dir/libplugin.so" PLUGIN_HOST="$host" --)" "^plugin: $host [^ E]*;done$"
	done
done

# A thread that a fork has left behind in the middle of our start.
is "a child that is forked while the shim starts" "$(run "$GAISHIM_SO:$fake:$dir/libstart.so" --)" \
	"child: 127.0.0.1 127.0.0.1;child: plain.fake $plain;starter: 127.0.0.1 127.0.0.1;done"

# The early object, linked to the program.
if command -v "${CC:-cc}" >/dev/null; then
	echo 'int main(void) { return 0; }' >"$TMP/linked.c"
	ok "link a program" "${CC:-cc}" -o "$TMP/linked" "$TMP/linked.c" -Wl,--no-as-needed "$early"
	is "constructor of a linked library" \
		"$(timeout -k 1 "$limit" env LD_PRELOAD="$GAISHIM_SO:$fake" EARLY_HOSTS="$hosts" "$TMP/linked" | tr '\n' ';')" \
		"${want%done}"

	# A log without a directory is one of the things that our start cannot read.
	cat >"$TMP/errno.c" <<-'EOT'
		#include <errno.h>
		#include <netdb.h>
		#include <stdio.h>
		__attribute__((constructor)) static void load(void)
		{
			struct addrinfo *list;
			errno = 77;
			int code = getaddrinfo("127.0.0.1", "80", NULL, &list), error = errno;
			printf("%d %d\n", code, error);
		}
	EOT
	ok "compile an object" "${CC:-cc}" -shared -fPIC -o "$TMP/errno.so" "$TMP/errno.c"
	mkdir "$TMP/gone"
	is "constructor that asks before ours: errno is as it was" \
		"$(cd "$TMP/gone" && rmdir "$TMP/gone" && run "$GAISHIM_SO:$TMP/errno.so" GAISHIM_LOG=log --)" "0 77;done"
else
	skip "constructor of a linked library" "no compiler"
fi

done_testing
