#!/bin/sh
# SPDX-License-Identifier: MIT
# The Weird Green Bug, replayed: a module that resolves a unicode host on another
# thread while it is imported, in the forms of deadlock.py, hangs Python 2.7 for
# ever; under the command it does not. No later Python has the bug: there both
# ways are alike.

. tests/python/lib.sh

system=/usr/bin/python3 # Debian's libraries are for this one
modules=$TMP/modules
import='import deadlock'
limit=60      # for what must not hang
hang_limit=10 # for what must: after three seconds it says where
hangs=0
no_gevent=
port=

mkdir "$modules"
cp tests/python/deadlock.py "$modules"

# outcome LIMIT COMMAND [ARG...]: what COMMAND says and its exit status, in one
# line; the status is 124 if it was killed at the LIMIT. The fake resolver is
# there for the hosts under .fake.
outcome() {
	outcome_limit=$1
	shift
	outcome_said=$(cd "$modules" &&
		LD_PRELOAD="$BUILD/tests/lib/libfake.so" timeout -k 1 "$outcome_limit" "$@" 2>&1)
	printf '%s\n' "$outcome_said status $?" | paste -sd ' '
}

# passes NAME COMMAND [ARG...]: on a busy machine the watcher may speak before the answer, or
# while the interpreter ends.
passes() {
	passes_name=$1
	shift
	like "$passes_name: passes" "$(outcome "$limit" "$@")" '^asking (hung: .* )?answered (hung: .* )?status 0$'
}

# hangs NAME COMMAND [ARG...]: all these hang side by side; they_hang tells.
hangs() {
	hangs=$((hangs + 1))
	echo "$1" >"$TMP/$hangs.name"
	shift
	outcome "$hang_limit" "$@" >"$TMP/$hangs.outcome" &
	eval "hang_$hangs=$!"
}

# A thread hangs in the search for a codec: neither in a lookup, nor is it slow.
they_hang() {
	hang=0
	while [ "$hang" -lt "$hangs" ]; do
		hang=$((hang + 1))
		eval "wait \$hang_$hang"
		hang_outcome=$(cat "$TMP/$hang.outcome")
		like "$(cat "$TMP/$hang.name"): hangs" "$hang_outcome" \
			'^asking hung: .*/encodings/__init__\.py:[0-9]+ search_function.* status 124$'
		echo "# ${hang_outcome#asking }"
	done
}

# both_ways NAME PYTHON [ARG...]: without the shim and with it; the NAME starts
# with the version.
both_ways() {
	both_name=$1
	shift
	case $both_name in
	2.7*) hangs "$both_name, without the shim" "$@" ;;
	pypy2*) skip "$both_name, without the shim" "not known of this one" ;;
	*) passes "$both_name, without the shim" "$@" ;;
	esac
	passes "$both_name, with it" "$gaishim" "$@"
}

# deadlock VERSION PYTHON: the forms.
deadlock() {
	both_ways "$1, a thread" "$2" -c "$import" thread unicode localhost
	passes "$1, a thread, with --python-idna=libidn2" \
		"$gaishim" --python-idna=libidn2 "$2" -c "$import" thread unicode bücher.fake
	both_ways "$1, a stand-in for gevent's pool" "$2" -c "$import" gevent_standin unicode localhost
	if [ -n "$port" ] && (cd "$modules" && "$2" -c 'import pymongo' 2>/dev/null); then
		both_ways "$1, PyMongo without its own cure" "$2" -c "$import" mongo native 127.0.0.1 "$port"
		[ "$1" != 2.7 ] || passes "$1, PyMongo as it is, without the shim" \
			"$2" -c "import sys; sys.path.insert(0, 'cured'); $import" mongo native 127.0.0.1 "$port"
	else
		skip "$1, PyMongo" "none that it can import"
	fi
	if "$2" -c 'import gevent; gevent.get_hub().loop' 2>/dev/null; then
		gevent "$@"
	else
		no_gevent="$no_gevent $1"
	fi
	[ "$1" != 2.7 ] || variants "$2"
}

# gevent encodes something while it is imported, as PyMongo does, which is cure
# enough for a host that is ASCII: it never hangs.
gevent() {
	set -- "$1, gevent" "$2" -c "import gevent.monkey; gevent.monkey.patch_all(); $import" gevent unicode localhost
	gevent_name=$1
	shift
	passes "$gevent_name, without the shim" "$@"
	passes "$gevent_name, with it" "$gaishim" "$@"
}

# variants PYTHON: what else is the bug in 2.7, and what is not.
variants() {
	python=$1
	set -- -c "$import" thread unicode localhost
	hangs "2.7, the object alone, without the command's hook" env LD_PRELOAD="$GAISHIM_SO" "$python" "$@"
	hangs "2.7 -S under the command: no hook" "$gaishim" "$python" -S "$@"
	hangs "2.7 -E under the command: no hook" "$gaishim" "$python" -E "$@"
	hangs "2.7 under --disable" "$gaishim" --disable "$python" "$@"
	shift 2
	both_ways "2.7, with the codec imported beforehand" "$python" -c "import encodings.idna; $import" "$@"
	passes "2.7, with something encoded beforehand, without the shim" \
		"$python" -c "u'x'.encode('idna'); $import" "$@"
	hangs "2.7, with something encoded beforehand, a host that is not ASCII, without the shim" \
		"$python" -c "u'x'.encode('idna'); $import" thread unicode bücher.fake
	both_ways "2.7, a host that is not ASCII" "$python" -c "$import" thread unicode bücher.fake
	passes "2.7, a host that is bytes, without the shim" "$python" -c "$import" thread bytes localhost
	passes "2.7, a host that is bytes, with it" "$gaishim" "$python" -c "$import" thread bytes localhost
}

# shellcheck disable=SC2317 # TAP_EXIT calls it
stop_member() {
	kill "$member"
}

# PyMongo encodes something while it is imported: that is taken out of a copy.
# It is pure Python, and 3.11 still runs on 2.7.
if libraries=$($system -c 'import os, pymongo; print(os.path.dirname(os.path.dirname(pymongo.__file__)))' 2>/dev/null); then
	mkdir "$modules/cured"
	cp -r "$libraries/pymongo" "$libraries/bson" "$modules/cured"
	cp -r "$modules/cured/." "$modules"
	sed -i "/^u'foo'\.encode('idna')/d" "$modules/pymongo/pool.py"

	mkfifo "$TMP/port"
	$system tests/python/deadlock_member.py >"$TMP/port" &
	member=$!
	TAP_EXIT=stop_member
	read -r port <"$TMP/port"
fi

for_pythons deadlock
[ ! -x $system ] || deadlock "the system's" $system
[ -z "$no_gevent" ] || skip "gevent in$no_gevent" "none that works there"
they_hang

done_testing
