# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# gaishim doctor: is the object sound here, and in force? Sourced by gaishim.

# shellcheck disable=SC2154 # gaishim's own variables
# shellcheck source=scripts/commands/json.sh
. "$commands/json.sh"
# shellcheck source=scripts/commands/preloads.sh
. "$commands/preloads.sh"

doctor_usage() {
	cat <<'END'
usage: gaishim [options] doctor [--json]

Tell whether the object is there and loads, on which libc, which configuration is
in force and where each value came from, whether lookups in a child go through
the object, whether Python finds the site hook, and what else is preloaded.

  --json   the same for machines, in one JSON document
  --help

A line is a finding: ok, FAILED and what to do next, note (nothing is broken,
but know it), or not checked and why. The exit status is 1 if one FAILED, else 0.
END
}

json=false
shift
for word; do
	case $word in
	--json) json=true ;;
	--help)
		doctor_usage
		exit 0
		;;
	*) refuse "doctor: $word: unknown; allowed are --json and --help" ;;
	esac
done

healthy=true findings='' configuration=''

# finding STATUS CHECK TEXT [NEXT]
finding() {
	[ "$1" != FAILED ] || healthy=false
	if $json; then
		findings="$findings${findings:+,}
    {\"check\": $(json_string "$2"), \"status\": \"$(printf '%s\n' "$1" | tr '[:upper:]' '[:lower:]')\",
     \"text\": $(json_string "$3"), \"next\": $(json_string "${4-}")}"
	else
		# What others wrote must not break the line, nor steer a terminal.
		printf '%-12s %s: %s%s' "$1" "$2" "$3" "${4:+; $4}" | LC_ALL=C tr '\000-\037\177' '?'
		printf '\n'
	fi
}

# The first line of TEXT.
first_line() {
	printf '%s\n' "$1" | sed -n 1p
}

# What the environment preloads already; give_environment adds to it.
preloaded=${LD_PRELOAD-}

# The object and the hook are there; $loads tells whether the loader takes the object.
check_object() {
	loads=false
	for file in "$object" "$hook/sitecustomize.py"; do
		if ! [ -r "$file" ]; then
			finding FAILED object "$file is not there" "$advice"
			return
		fi
	done
	case $object in
	*[\ :]*)
		finding FAILED object "LD_PRELOAD cannot carry the space or colon in $object" \
			"move it to a path without them"
		return
		;;
	esac
	finding ok object "$object of gaishim $version"

	# The loader warns where it leaves an object out, and goes on without it; a
	# missing symbol ends the program.
	# By its path: a shell may have an env of its own inside.
	said=$(LD_PRELOAD=$object /usr/bin/env true 2>&1)
	status=$?
	said=$(printf '%s\n' "$said" | grep -F -- "$object")
	if [ "$status" -ne 0 ] || [ -n "$said" ]; then
		said=$(first_line "$said")
		finding FAILED loads "${said:-with it, env and true end with status $status}" \
			"take an object that was built for this libc and architecture"
	elif LD_TRACE_LOADED_OBJECTS=1 LD_PRELOAD=$object /usr/bin/env | grep -qF "	$object (0x"; then
		loads=true
		finding ok loads "the loader takes it without a warning"
	else
		finding FAILED loads "the loader passes it by: /usr/bin/env, asked with it, is static or not glibc's" \
			"use an image whose programs are linked to glibc dynamically"
	fi
}

# libc_of_env: where no tool tells. The loader of glibc lists what env is linked to,
# and its libc, started as a program, says what it is.
libc_of_env() {
	libc_file=$(LD_TRACE_LOADED_OBJECTS=1 /usr/bin/env | sed -n 's/^	libc\.so\.6 => \(\/[^ ]*\) (0x.*/\1/p')
	set -- /lib/ld-musl-*
	if [ -n "$libc_file" ]; then
		"$libc_file" 2>/dev/null | sed -n 's/^GNU C Library.* version \([0-9.]*[0-9]\).*/glibc \1/p'
	elif [ -e "$1" ]; then
		printf 'musl\n'
	fi
}

check_libc() {
	libc=$(getconf GNU_LIBC_VERSION 2>/dev/null)
	case $libc in
	glibc\ *) ;;
	*)
		said=$(ldd --version 2>&1)
		case $said in
		musl*) libc="musl $(printf '%s\n' "$said" | sed -n 's/^Version //p')" ;;
		ldd\ \(*) libc="glibc $(first_line "$said" | sed 's/.* //')" ;;
		*) libc=$(libc_of_env) ;;
		esac
		;;
	esac
	release=$(sed -n 's/^PRETTY_NAME=//p' /etc/os-release 2>/dev/null | tr -d \"\')
	release=${release:+ of $release}
	case $libc in
	musl*)
		finding FAILED libc "${libc% }$release: the object is for glibc" \
			"use an image with glibc, such as Debian, Ubuntu or Fedora"
		;;
	glibc\ 2.[0-9] | glibc\ 2.[0-9].* | glibc\ 2.[12][0-9] | glibc\ 2.[12][0-9].* | glibc\ 2.30)
		finding note libc "$libc$release: older than 2.31, the oldest that is tested"
		;;
	glibc\ *) finding ok libc "$libc$release" ;;
	*) finding 'not checked' libc "neither getconf nor ldd nor the loader of /usr/bin/env tells which it is" ;;
	esac
}

# log_trouble LOG: leaves in $why what keeps the object from writing there, of which it
# would say nothing, and the file's name in $log. Whether a file can be made is tried by
# another name, so that the log is not there before its first line.
log_trouble() {
	why='' log=$1
	case $1 in
	'' | stderr) return ;;
	esac
	log=$(printf '%s\n' "${1##*/}" | sed "s/%p/$$/g")
	directory=./
	case $1 in
	*/*) directory=${1%/*}/ log=$directory$log ;;
	esac
	if [ -h "$log" ]; then
		why="is a symbolic link, which the object does not follow"
	elif [ -d "$log" ] || [ -S "$log" ]; then
		why="cannot be written: it is no file"
	elif [ -f "$log" ]; then
		(: >>"$log") 2>/dev/null || why="cannot be written"
	elif [ -e "$log" ]; then
		[ -w "$log" ] || why="cannot be written"
	elif ! [ -d "$directory" ]; then
		why="cannot be made: there is no $directory"
	elif command -v mktemp >/dev/null; then
		tried=$(mktemp -- "$directory.gaishim-doctor.XXXXXX" 2>/dev/null) && rm -f -- "$tried" ||
			why="cannot be made: no file can be made in $directory"
	elif ! [ -w "$directory" ]; then
		why="cannot be made: $directory cannot be written"
	fi
}

# setting NAME DEFAULT ALLOWED: what is in force, and why. Leaves the value in $value.
setting() {
	eval "value=\${$1-}"
	case " $given " in
	*" $1 "*) source=option ;;
	*) source=environment ;;
	esac
	# To the object an empty variable is none.
	[ -n "$value" ] || value=$2 source=default
	known=true why=''
	case $3 in
	seconds) is_seconds "$value" || known=false ;;
	file) log_trouble "$value" ;;
	*)
		case $value in
		*' '*) known=false ;;
		esac
		case " $3 " in
		*" $value "*) ;;
		*) known=false ;;
		esac
		;;
	esac
	if $json; then
		configuration="$configuration${configuration:+,}
    {\"name\": \"$1\", \"value\": $(json_string "$value"),
     \"source\": \"$source\", \"known\": $known}"
	fi
	if [ -n "$why" ]; then
		finding FAILED "$1" "$log ($source) $why" "name a file that can be written, or stderr"
	elif $known; then
		finding ok "$1" "${value:-none} ($source)"
	else
		case $3 in
		seconds) allowed="a number up to 1000000, such as 10 or 0.5" ;;
		*) allowed=$(printf '%s\n' "$3" | sed 's/ /, /g; s/, \([^,]*\)$/ and \1/') ;;
		esac
		finding FAILED "$1" "'$value' ($source) is unknown to the object, which takes $2" \
			"allowed: $allowed"
		value=$2
	fi
}

# stands_aside: is this what $disabled says?
stands_aside() {
	case $disabled in
	1 | true | yes | on) ;;
	*) return 1 ;;
	esac
}

check_configuration() {
	setting GAISHIM_DISABLE 0 '0 false no off 1 true yes on'
	disabled=$value
	setting GAISHIM_STRICT 0 '0 1'
	strict=$value
	setting GAISHIM_IDN on 'on off'
	idn=$value
	setting GAISHIM_LOCK host 'host global none'
	lock=$value
	setting GAISHIM_LOG '' file
	setting GAISHIM_PYTHON_IDNA off 'off libidn2'
	python_idna=$value
	! stands_aside || finding note GAISHIM_DISABLE "the object stands aside" "unset it to have it work"
	for name in $(env | LC_ALL=C sed -n 's/^\(GAISHIM_[A-Z0-9_]*\)=.*/\1/p'); do
		case $name in
		GAISHIM_DISABLE | GAISHIM_STRICT | GAISHIM_IDN | GAISHIM_LOCK | GAISHIM_PATIENCE) ;;
		GAISHIM_LOG | GAISHIM_PYTHON_IDNA | GAISHIM_ENABLED) ;;
		*) finding note "$name" "the object knows no such variable" ;;
		esac
	done
}

# Who can ask: ask HOST has them do it, for 20 seconds at most where that can be told.
asker=
limit=
! command -v timeout >/dev/null || limit='timeout 20'
find_asker() {
	if command -v getent >/dev/null; then
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
	fi
}

# The log goes where there is always room for it; nothing else is wanted.
ask_shimmed() (
	give_environment
	give GAISHIM_LOG stderr
	# Before 2.34 a program without libpthread has one thread, and no need of the table.
	case $libc in
	glibc\ 2.[0-9] | glibc\ 2.[0-9].* | glibc\ 2.[12][0-9]* | glibc\ 2.3[0-3]*)
		give LD_PRELOAD "$LD_PRELOAD:libpthread.so.0"
		;;
	esac
	{ ask "$1" >/dev/null; } 2>&1
)

# lookup CHECK HOST HOW: in a child, the object answers HOST in that way, if one is
# named.
lookup() {
	said=$(ask_shimmed "$2")
	status=$?
	line=$(first_line "$(printf '%s\n' "$said" | sed -n 's/^[0-9.]* pid=[0-9]* .* how=/how=/p')")
	how=${line#how=} how=${how%% *}
	code=${line#* code=} code=${code%% *}
	if [ "$status" -eq 124 ] && [ -n "$limit" ]; then
		finding 'not checked' "$1" "$2: $asker has no answer within 20 seconds" \
			"see /etc/hosts and /etc/nsswitch.conf"
	elif [ -z "$line" ]; then
		said=$(first_line "$said")
		finding FAILED "$1" "$asker asked for $2, and the object saw nothing of it${said:+: $said}" \
			"see 'loads' and 'preload' here, and 'gaishim check $asker'"
	elif [ -n "$3" ] && [ "$how" != "$3" ]; then
		finding FAILED "$1" "$2 went another way than $3: $line" "report it, with this line"
	elif [ "$code" = 0 ]; then
		finding ok "$1" "$2, asked by $asker: how=$how"
	elif ask "$2" >/dev/null 2>&1; then
		finding FAILED "$1" "$2 is resolved without the object, and with it not: $line" \
			"report it, with this line"
	else
		finding note "$1" "$2, asked by $asker: how=$how, but nobody here knows it: $code" \
			"see /etc/hosts and /etc/nsswitch.conf"
	fi
}

check_lookups() {
	why=
	if ! $loads; then
		why="the object is not loaded"
	elif stands_aside; then
		why="GAISHIM_DISABLE=$disabled: the object stands aside"
	else
		find_asker
		[ -n "$asker" ] || why="nothing here can ask: no getent, python3 or perl"
	fi
	if [ -n "$why" ]; then
		for name in 'numeric host' 'Unicode host' 'name'; do
			finding 'not checked' "$name" "$why"
		done
		return
	fi
	if [ "$strict" = 1 ]; then
		lookup 'numeric host' 127.0.0.1 '' # with flags that are libc's to judge, it passes
		finding 'not checked' 'Unicode host' "GAISHIM_STRICT=1: libc's to normalize"
	elif [ "$idn" = off ]; then
		lookup 'numeric host' 127.0.0.1 numeric
		finding 'not checked' 'Unicode host' "GAISHIM_IDN=off"
	else
		lookup 'numeric host' 127.0.0.1 numeric
		# Full-width digits: normalized, it is an address, and nobody need be asked.
		lookup 'Unicode host' １２７.0.0.1 numeric
	fi
	case $lock in
	host) lookup name localhost led ;;
	*) lookup name localhost passed ;;
	esac
}

# hooked PYTHON: that it has taken the hook's directory off sys.path again, and not
# what came behind it, shows that PYTHONPATH was read and the hook has run.
hooked() (
	give_environment
	give PYTHONPATH "$hook:$hook/behind"
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
' "$hook" "$python_idna" 2>&1
)

check_hook() {
	pythons=
	for python in python3 python2; do
		path=$(command -v $python) || continue
		said=$(hooked "$path")
		# A pyenv shim may stand for an interpreter that is not there.
		[ $? -ne 127 ] || continue
		pythons="$pythons $python"
		if ! $loads; then
			finding 'not checked' 'site hook' "$python: the object is not loaded"
			continue
		fi
		said=$(printf '%s\n' "$said" | sed -n '$p')
		case $said in
		runs) finding ok 'site hook' "$python runs it" ;;
		*)
			finding FAILED 'site hook' "$python ($path): $said" \
				"look for a wrapper that starts it with -I, -E or -S"
			;;
		esac
	done
	[ -n "$pythons" ] || finding 'not checked' 'site hook' "no python3 or python2 here"
}

# company WHERE ENTRY: something that is preloaded besides what the command adds.
company() {
	alone=false
	case $1 in
	LD_PRELOAD) when=before ;;
	*) when=after ;;
	esac
	if [ "${2##*/}" = libgaishim.so ]; then
		if [ "$(readlink -f -- "$2")" = "$(readlink -f -- "$object")" ]; then
			finding ok preload "it is on here, by $1"
		else
			finding FAILED preload "$1 holds another libgaishim.so, which is loaded $when the object: $2" \
				"take one out: two do the work twice"
		fi
	elif [ "${2#*/}" != "$2" ] && ! [ -r "$2" ]; then
		finding note preload "$1 holds $2, which cannot be read: the loader warns in every program" \
			"take it out"
	elif [ $when = before ] && grep -q getaddrinfo -- "$2" 2>/dev/null; then
		finding note preload "$1 holds $2, which is loaded before the object and has to do with getaddrinfo" \
			"what it answers by itself, the object does not see"
	else
		finding note preload "$1 holds $2, which is loaded $when the object"
	fi
}

check_preloads() {
	alone=true
	while read -r entry; do
		[ -z "$entry" ] || company LD_PRELOAD "$entry"
	done <<-END
		$(preloads_of "$preloaded")
	END
	while read -r entry; do
		[ -z "$entry" ] || company /etc/ld.so.preload "$entry"
	done <<-END
		$(system_preloads)
	END
	! $alone || finding ok preload "nothing but the object"
}

check_object
check_libc
check_configuration
check_lookups
check_hook
check_preloads

if $json; then
	printf '{\n  "version": %s,\n  "healthy": %s,\n  "findings": [%s\n  ],\n  "configuration": [%s\n  ]\n}\n' \
		"$(json_string "$version")" $healthy "$findings" "$configuration"
fi
$healthy
