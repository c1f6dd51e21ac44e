# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# gaishim doctor: is the object sound here, and in force? Sourced by gaishim.

# shellcheck source=scripts/commands/built.sh
. "${commands:?}/built.sh"
# shellcheck source=scripts/commands/json.sh
. "$commands/json.sh"
# shellcheck source=scripts/commands/preloads.sh
. "$commands/preloads.sh"
# shellcheck source=scripts/commands/libc.sh
. "$commands/libc.sh"
# shellcheck source=scripts/commands/elf-bytes.sh
. "$commands/elf-bytes.sh"
# shellcheck source=scripts/commands/settings.sh
. "$commands/settings.sh"
# shellcheck source=scripts/commands/lookups.sh
. "$commands/lookups.sh"

doctor_usage() {
	cat <<'END'
usage: gaishim [options] doctor [--json] [--live HOST...]

Tell whether the object is there and loads, on which libc, which configuration is
in force and where each value came from, whether lookups in a child go through
the object, whether Python finds the site hook, and what else is preloaded.

  --json   the same for machines, in one JSON document
  --live   look up each HOST, too, by each call, with the object and with libc
           alone. Behind -- each word is a HOST

Each line is one finding: ok; FAILED, with what to do next; note, which is no
fault but good to know; or not checked, with the reason. The exit status is 1
if a finding is FAILED, else 0.
END
}

json=false asks_live=false no_options=false
shift
# What stays in $@ are the hosts.
for word; do
	shift
	case $no_options,$word in
	true,*) set -- "$@" "$word" ;;
	*,--) no_options=true ;;
	*,--json) json=true ;;
	*,--live) asks_live=true ;;
	*,--help | *,-h)
		doctor_usage
		exit 0
		;;
	*,-*) refuse "doctor: $word: unknown; allowed are --json, --live HOST... and --help" \
		"a HOST that begins with a hyphen goes behind --" ;;
	*) set -- "$@" "$word" ;;
	esac
done
case $asks_live,$no_options,$# in
true,*,0) refuse "doctor: --live needs a HOST" ;;
true,* | false,false,0) ;;
*) refuse "doctor: ${1---}: unknown; allowed are --json, --live HOST... and --help" ;;
esac
require_flights

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

# configured NAME VALUE SOURCE KNOWN: VALUE is in force, or would be if it were known.
configured() {
	! $json || configuration="$configuration${configuration:+,}
    {\"name\": \"$1\", \"value\": $(json_string "$2"),
     \"source\": \"$3\", \"known\": $4}"
}

# first_line TEXT
first_line() {
	printf '%s\n' "$1" | sed -n 1p
}

# What the environment preloads already; give_environment adds to it.
preloaded=${LD_PRELOAD-}

# check_object: the object and the hook are there. Leaves in $loads whether the loader takes
# the object.
check_object() {
	loads=false
	for file in "${object:?}" "${hook:?}/sitecustomize.py"; do
		if ! [ -r "$file" ]; then
			finding FAILED object "$file is not there" "${advice?}"
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
	case $built in
	*', with another object'*) finding note object "$object of $built" "install both from one build" ;;
	*) finding ok object "$object of $built" ;;
	esac

	# glibc's loader warns where it leaves an object out, and goes on without it; musl's says
	# nothing. A missing symbol ends the program.
	# By its path: a shell may have an env of its own inside.
	said=$(LD_PRELOAD=$object /usr/bin/env true 2>&1)
	status=$?
	said=$(printf '%s\n' "$said" | grep -F -- "$object")
	compare_machines
	if [ "$status" -ne 0 ] || [ -n "$said" ]; then
		said=$(first_line "$said")
		finding FAILED loads "${said:-with the object, env and true end with status $status}$machines" \
			"take an object that was built for this libc and architecture"
	elif [ -n "$machines" ]; then
		finding FAILED loads "the object is for another architecture$machines" \
			"take an object that was built for this architecture"
	# glibc's loader lists what it would load, and musl's starts cat.
	elif LD_TRACE_LOADED_OBJECTS=1 LD_PRELOAD=$object /usr/bin/env cat /proc/self/maps |
		grep -qF -e "	$object (0x" -e " $(readlink -f -- "$object")"; then
		loads=true
		finding ok loads "the loader takes the object without a warning"
	else
		finding FAILED loads "the loader ignores the object, which is no ELF file, or /usr/bin/env is static" \
			"use an image whose programs are linked to glibc or musl dynamically"
	fi
}

# compare_machines: leaves in $machines that the object is for another machine than the
# programs here; nothing, if that is not so.
compare_machines() {
	to_machine "$object"
	machines=$machine
	to_machine /usr/bin/env
	case $machines in
	'' | "$machine") machines='' ;;
	*) machines=" (it is for $machines, the programs here are for $machine)" ;;
	esac
}

# check_libc: leaves in $libc which it is.
check_libc() {
	find_libc
	release=$(sed -n 's/^PRETTY_NAME=//p' /etc/os-release 2>/dev/null | tr -d \"\')
	release=${release:+ of $release}
	if is_old_musl "$libc"; then
		finding FAILED libc "$libc$release: the object steps aside before 1.1.24" "use an image with musl 1.2 or glibc"
		return
	fi
	case $libc in
	glibc\ 2.[0-9] | glibc\ 2.[0-9].* | glibc\ 2.[12][0-9] | glibc\ 2.[12][0-9].* | glibc\ 2.30)
		finding note libc "$libc$release: older than 2.31: programs start, and the object leaves every call to libc"
		;;
	glibc\ * | musl\ *) finding ok libc "$libc$release" ;;
	*) finding 'not checked' libc "neither getconf nor ldd nor the loader of /usr/bin/env tells which libc this is" ;;
	esac
}

# company WHERE ENTRY: something that is preloaded besides what the command adds.
company() {
	alone=false
	case $1 in
	LD_PRELOAD) when=before ;;
	*) when=after ;;
	esac
	if [ "${2##*/}" = libgaishim.so ]; then
		if [ "$(readlink -f -- "$(preload_file "$2")")" = "$(readlink -f -- "$object")" ]; then
			finding ok preload "gaishim is on here, by $1"
		else
			finding FAILED preload "$1 holds another libgaishim.so, which is loaded $when the object: $2" \
				"take one of the two out"
		fi
	elif [ "${2#*/}" != "$2" ] && ! [ -r "$2" ]; then
		finding note preload "$1 holds $2, which cannot be read: the loader warns in every program" \
			"take it out"
	elif [ $when = before ] && grep -q getaddrinfo -- "$2" 2>/dev/null; then
		finding note preload "$1 holds $2, which is loaded before the object and has to do with getaddrinfo" \
			"the object does not see what that library answers by itself"
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
		$(case $libc in
		musl*) ;; # reads no such file
		*) system_preloads ;;
		esac)
	END
	! $alone || finding ok preload "nothing but the object"
}

read_built "$object" "${version:?}"
check_object
check_libc
check_configuration
check_lookups $loads "$libc"
check_hook $loads
check_preloads
if $asks_live; then
	# shellcheck source=scripts/commands/live.sh
	. "$commands/live.sh"
	check_live $loads "$libc" "$@"
fi

if $json; then
	printf '{\n  "version": %s,\n  "built": %s,\n  "healthy": %s,\n  "findings": [%s\n  ],\n  "configuration": [%s\n  ]%s\n}\n' \
		"$(json_string "$version")" "$(json_string "$built")" $healthy "$findings" "$configuration" "${live:+,
  \"live\": [$live
  ]}"
fi
$healthy
