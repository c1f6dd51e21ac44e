# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The part of doctor on children: lookups there, and the site hook in Python. Sourced by
# doctor.sh.

# has_getent LIBC: is there one that can ask? A getent of musl's may not know ahosts.
has_getent() {
	command -v getent >/dev/null && { [ "${1#musl}" = "$1" ] || getent ahosts 127.0.0.1 >/dev/null 2>&1; }
}

has_busybox_wget() {
	wget --help 2>&1 | grep -q BusyBox
}

# find_obstacle LOADS: leaves in $why what keeps the object out of children, or nothing.
find_obstacle() {
	why=''
	if ! $1; then
		why="the object is not loaded"
	elif is_on "${in_force_DISABLE?}"; then
		why="GAISHIM_DISABLE=$in_force_DISABLE: the object is switched off"
	fi
}

# find_asker LIBC: leaves in $asker a program that resolves hosts. Then ask HOST has it do so,
# for 20 seconds at most where there is timeout(1).
asker=
limit=
! command -v timeout >/dev/null || limit='timeout 20'
find_asker() {
	if has_getent "$1"; then
		asker=getent
		ask() { $limit getent ahosts "$1"; }
	elif python3 -c 'import socket' 2>/dev/null; then
		asker=python3
		ask() {
			$limit python3 -c 'import os, socket, sys; socket.getaddrinfo(os.fsencode(sys.argv[1]), None)' "$1"
		}
	elif perl -MSocket=getaddrinfo -e 1 2>/dev/null; then
		asker=perl
		# shellcheck disable=SC2016 # perl's variables
		ask() { $limit perl -MSocket=getaddrinfo -e 'exit +(getaddrinfo($ARGV[0]))[0] != 0' "$1"; }
	elif has_busybox_wget; then
		asker=wget
		ask() { ask_wget "$1"; }
	fi
}

# ask_wget HOST: nobody serves port 1, but wget asks for the host first.
ask_wget() {
	asked=$(http_proxy='' $limit wget -O /dev/null "http://$1:1/" 2>&1)
	set -- $?
	printf '%s\n' "$asked" >&2
	case $1,$asked in
	124,* | 143,*) return 124 ;;
	*'bad address'*) return 1 ;;
	esac
}

# The log goes where there is always room for it; nothing else is wanted.
ask_shimmed() (
	give_environment
	give GAISHIM_LOG stderr
	give LD_PRELOAD "$LD_PRELOAD$beside"
	{ ask "$1" >/dev/null; } 2>&1
)

# is_one_of WORD WORDS
is_one_of() {
	case " $2 " in
	*" $1 "*) return 0 ;;
	esac
	return 1
}

# lookup CHECK HOST HOW: in a child, the object answers HOST in one of these ways, if any
# is named.
lookup() {
	if [ "$asker $2" = 'wget 127.0.0.1' ]; then
		finding 'not checked' "$1" "wget reads it itself"
		return
	fi
	said=$(ask_shimmed "$2")
	status=$?
	line=$(first_line "$(printf '%s\n' "$said" | sed -n 's/^ts=[0-9.]* pid=[0-9]* .* how=/how=/p')")
	how=${line#how=} how=${how%% *}
	code=${line#* code=} code=${code%% *}
	if [ "$status" -eq 124 ] && [ -n "$limit" ]; then
		finding 'not checked' "$1" "$2: $asker has no answer within 20 seconds" \
			"see /etc/hosts and /etc/nsswitch.conf"
	elif [ -z "$line" ]; then
		said=$(first_line "$said")
		finding FAILED "$1" "$asker asked for $2, and the object saw nothing of it${said:+: $said}" \
			"see 'loads' and 'preload' here, and 'gaishim check $asker'"
	elif [ -n "$3" ] && ! is_one_of "$how" "$3"; then
		finding FAILED "$1" "$2 was answered in another way than $3: $line" "report this line"
	elif [ "$how" = localhost ]; then
		finding note "$1" "$2, asked by $asker: how=$how, because libc does not find it on this machine" \
			"see /etc/hosts and /etc/nsswitch.conf"
	elif [ "$code" = 0 ]; then
		finding ok "$1" "$2, asked by $asker: how=$how"
	elif ask "$2" >/dev/null 2>&1; then
		finding FAILED "$1" "$2 is found without the object, and not found with it: $line" \
			"report this line"
	else
		finding note "$1" "$2, asked by $asker: how=$how, but it is not found on this machine: $code" \
			"see /etc/hosts and /etc/nsswitch.conf"
	fi
}

# check_lookups LOADS LIBC: the findings on lookups in a child, if the object loads.
check_lookups() {
	beside=''
	# Before 2.34 a program without libpthread has one thread, and no need of the table.
	case $2 in
	glibc\ 2.[0-9] | glibc\ 2.[0-9].* | glibc\ 2.[12][0-9]* | glibc\ 2.3[0-3]*) beside=:libpthread.so.0 ;;
	esac
	find_obstacle "$1"
	if [ -z "$why" ]; then
		find_asker "$2"
		[ -n "$asker" ] || why="nothing here can ask: no getent, python3, perl or busybox's wget"
	fi
	if [ -n "$why" ]; then
		for name in 'numeric host' 'Unicode host' 'name'; do
			finding 'not checked' "$name" "$why"
		done
		return
	fi
	if is_on "${in_force_STRICT?}"; then
		lookup 'numeric host' 127.0.0.1 '' # with flags that are libc's to judge, it passes
		finding 'not checked' 'Unicode host' "GAISHIM_STRICT=$in_force_STRICT: libc's to normalize"
	elif [ "${in_force_IDN?}" = off ]; then
		lookup 'numeric host' 127.0.0.1 numeric
		finding 'not checked' 'Unicode host' "GAISHIM_IDN=off"
	else
		lookup 'numeric host' 127.0.0.1 numeric
		# Full-width digits: normalized, it is an address, and nobody need be asked.
		lookup 'Unicode host' １２７.0.0.1 numeric
	fi
	case ${in_force_LOCK?} in
	host) lookup name localhost "led hedged localhost" ;;
	*) lookup name localhost "passed localhost" ;;
	esac
}

# hooked PYTHON: that it has taken the hook's directory off sys.path again, and not
# what came behind it, shows that PYTHONPATH was read and the hook has run.
hooked() (
	give_environment
	give PYTHONPATH "${hook:?}:$hook/behind"
	"$1" -c '
import codecs, sys
hook, idna = sys.argv[1:]
if hook + "/behind" not in sys.path:
    print("it does not look at PYTHONPATH")
elif hook in sys.path:
    print("the hook has not run")
elif idna == "libidn2" and codecs.lookup("idna").encode.__module__ != "gaishim_idna":
    print("the idna codec is still its own")
else:
    print("runs")
' "$hook" "${in_force_PYTHON_IDNA?}" 2>&1
)

# check_hook LOADS: the findings on the site hook, if the object loads.
check_hook() {
	pythons=
	for python in python3 python2; do
		path=$(command -v $python) || continue
		said=$(hooked "$path")
		# A pyenv shim may stand for an interpreter that is not there.
		[ $? -ne 127 ] || continue
		pythons="$pythons $python"
		if ! $1; then
			finding 'not checked' 'site hook' "$python: the object is not loaded"
			continue
		fi
		said=$(printf '%s\n' "$said" | sed -n '$p')
		case $said in
		runs) finding ok 'site hook' "$python runs it" ;;
		*)
			finding FAILED 'site hook' "$python ($path): $said" \
				"look for a wrapper that starts Python with -I, -E or -S"
			;;
		esac
	done
	[ -n "$pythons" ] || finding 'not checked' 'site hook' "no python3 or python2 here"
}
