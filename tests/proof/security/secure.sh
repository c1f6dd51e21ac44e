#!/bin/sh
# SPDX-License-Identifier: MIT
# What who controls the environment can do to a program that runs with more rights
# than its caller has (AT_SECURE: setuid, setgid, file capabilities).

. tests/lib/net.sh
setpriv --reuid 65534 --regid 65534 --clear-groups true 2>/dev/null ||
	skip_all "not root, or no other user in this namespace, or there is no setpriv(1)"
net_private_etc
! grep -q '^NoNewPrivs:.*1' /proc/self/status || skip_all "no program may gain rights here"
mount -t tmpfs -o mode=755 none /opt || skip_all "no tmpfs may be mounted here"
unset LD_PRELOAD
# The options that there are, as the command has them.
# shellcheck disable=SC2034 # options.sh reads it
options=shim/options.def
# shellcheck source=scripts/commands/options.sh
. scripts/commands/options.sh

cp "$GAISHIM_SO" /opt/libgaishim.so
for name in plain setuid setgid cap; do
	cp "$BUILD/tests/network/ask" /opt/$name
done
chmod 755 /opt/*
chmod 4755 /opt/setuid
chmod 2755 /opt/setgid
mkdir -m 777 /opt/logs

# asked PROGRAM [NAME=VALUE...]: as a user, with such an environment: what its
# loader or it says, and the address, of a host that is numeric by the shim alone.
asked() {
	program=$1
	shift
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		env "$@" "/opt/$program" -f inet -a numerichost １２７.１ 2>&1 |
		grep -Ev '^(code=0$|ERROR: ld.so)' | sed 's/ port=.*//; s/.* //'
}

is "the object takes effect where it is preloaded" "$(asked plain LD_PRELOAD=/opt/libgaishim.so)" 127.0.0.1
is "and reads the environment" "$(asked plain LD_PRELOAD=/opt/libgaishim.so GAISHIM_IDN=off)" code=EAI_NONAME
privileged='setuid setgid'
if command -v setcap >/dev/null && setcap cap_net_raw+ep /opt/cap 2>/dev/null; then
	privileged="$privileged cap"
else
	skip "file capabilities" "no setcap(8): package libcap2-bin"
fi
for program in $privileged; do
	is "$program: LD_PRELOAD is nothing to the loader" \
		"$(asked "$program" LD_PRELOAD=/opt/libgaishim.so)" code=EAI_NONAME
done

# not_read KIND OPTION VARIABLE HELP [WORD...]: whatever it is set to, $program does not see it.
# shellcheck disable=SC2317 # each_option calls it
not_read() {
	variable=$3
	[ "$1" != FLAG ] || set -- '' '' '' '' 1
	shift 4
	for word in "$@" nonsense; do
		is "$program: $variable=$word is not read" "$(asked "$program" "$variable=$word")" 127.0.0.1
	done
}

# In /etc/ld.so.preload the object is part of them as well.
echo /opt/libgaishim.so >/etc/ld.so.preload
is "in every program: reads the environment" "$(asked plain GAISHIM_IDN=off)" code=EAI_NONAME
asked plain GAISHIM_LOG=/opt/logs/plain >/dev/null
is "in every program: writes a log" "$(grep -c ' host=' /opt/logs/plain)" 1
for program in $privileged; do
	is "$program, in every program: takes effect" "$(asked "$program")" 127.0.0.1
	each_option not_read
	is "$program: GAISHIM_LOG=stderr is not read" "$(asked "$program" GAISHIM_LOG=stderr)" 127.0.0.1
	asked "$program" "GAISHIM_LOG=/opt/logs/$program" >/dev/null
	is "$program: GAISHIM_LOG=FILE is not read" "$(find /opt/logs -name "$program")" ''
done
: >/etc/ld.so.preload

done_testing
