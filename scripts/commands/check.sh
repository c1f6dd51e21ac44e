# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# gaishim check: will the object take effect in a program? Sourced by gaishim.
# Nothing of a program is run to tell: readelf reads it, and the system's loader
# lists the libraries that it would load. A file made to deceive both runs what it
# likes all the same, as with ldd: see docs/SECURITY.md.

# shellcheck disable=SC2154 # gaishim's own variables
# shellcheck source=scripts/commands/json.sh
. "$commands/json.sh"
# shellcheck source=scripts/commands/preloads.sh
. "$commands/preloads.sh"

check_usage() {
	cat <<'END'
usage: gaishim check [--json] PROGRAM...

Tell in a line for each PROGRAM, a path or a name on PATH, whether the object
takes effect in it when this user starts it, and if not, why and what to do.
As with ldd, ask only for programs that you would run.

  --json   the same for machines, in one JSON document
  --help

The exit status is 0 if it takes effect in all, 1 if there is one in which it
does not, or that is not found, and otherwise 3 if there is one of which it cannot
be told (perhaps); 125 if there is no readelf.
END
}

json=false
while shift; do
	case ${1-} in
	--json) json=true ;;
	--help)
		check_usage
		exit 0
		;;
	--)
		shift
		break
		;;
	-*) refuse "check: $1: unknown option; allowed are --json and --help" ;;
	*) break ;;
	esac
done
[ $# -gt 0 ] || refuse "check: PROGRAM is missing"
require_object

newline='
'
reader=
for tool in eu-readelf readelf llvm-readelf; do # the fastest first
	command -v $tool >/dev/null && reader=$tool && break
done
[ -n "$reader" ] || die 125 "check reads programs with readelf, and there is none here:" \
	"install binutils, elfutils or llvm"

# read_elf FILE: what counts of it, a line each, in $elf.
read_elf() {
	elf=$newline$(LC_ALL=C $reader -W -h -l -d -S --dyn-syms "$1" 2>/dev/null | awk '
		/^ *(Class|Data|Machine):/ {
			sub(/^ *[A-Z][a-z]*: *(2.s complement, )?/, "")
			machine = machine (machine == "" ? "" : ", ") $0
		}
		/^ *Type: / { print "type " $2 }
		/interpreter: / {
			gsub(/^.*interpreter: |\].*$/, "")
			print "interpreter " $0
		}
		/\.go\.buildinfo|\.note\.go\.buildid|NEEDED.*\[libgo\.so/ { print "go" }
		/FLAGS_1.*( PIE|0x0*8000000)/ { print "pie" }
		/^ *0x0*6ffffef[bc] |^ *(DEP)?AUDIT / { print "audit" } # llvm has no name for it
		/^ *[0-9]+: [0-9a-f]+ / {
			gsub(/\[[^]]*\]/, "") # other flags of a symbol
			name = $8
			sub(/@.*/, "", name)
			# A sanitizer inside the program has one that asks the next.
			if (name == "getaddrinfo")
				print ($7 ~ /^UND/ || $5 == "WEAK" ? "asks " : "has ") name
			else if (name ~ /^gethostby/)
				print "asks gethostbyname"
			else if (name ~ /^dlm?open$/)
				print "asks dlopen"
			else if (name ~ /^ares_init(_options)?$/)
				print "asks c-ares"
			else if (name == "evdns_base_new")
				print "asks evdns"
			else if (name ~ /^(__)?res_n?(query|search)$/)
				print "asks res_query"
			else if (name ~ /^(exec[vl]p?e?|execvpe|fexecve|posix_spawnp?|system|popen)$/)
				print "asks exec"
		}
		END { print "machine " machine }
	')$newline
}

# elf_has LINE
elf_has() {
	case $elf in
	*"$newline$1$newline"*) ;;
	*) return 1 ;;
	esac
}

# elf_get WORD: what follows WORD in $elf.
elf_get() {
	printf %s "$elf" | sed -n "s/^$1 //p" | sed -n 1p
}

takes() {
	verdict=yes reason=$1
}

not() {
	verdict=no reason=$1
}

perhaps() {
	verdict=perhaps reason=$1
}

# find_program NAME: as a shell would, its path in $file.
find_program() {
	case $1 in
	*/*)
		file=$1
		[ -f "$file" ]
		return
		;;
	esac
	set -f
	IFS=:
	for directory in $PATH; do
		file=${directory:-.}/$1
		[ -f "$file" ] && [ -x "$file" ] && break
		file=
	done
	unset IFS
	set +f
	[ -n "$file" ]
}

# judge NAME: leaves $verdict (yes, no, perhaps, error) and $reason.
judge() {
	if ! find_program "$1"; then
		verdict=error reason="not found"
	elif ! [ -x "$file" ]; then
		verdict=error reason="may not be executed"
	else
		depth=0 via=''
		judge_file "$(readlink -f -- "$file")"
		reason=$via$reason
		reason=${reason%: }
	fi
}

judge_file() {
	case $(head -c 4 -- "$1" 2>/dev/null | od -An -tx1 | tr -d ' \n') in
	7f454c46) judge_elf "$1" ;;
	2321*) judge_script "$1" ;;
	'')
		if [ -s "$1" ] && ! [ -r "$1" ]; then
			secure_mode "$1" || perhaps "it may be executed, but not read: ask as a user who may"
		else
			not "it is empty"
		fi
		;;
	*) perhaps "neither an ELF program nor a script with #!: check what runs it" ;;
	esac
}

# A script is what its interpreter is; setuid means nothing to the kernel here.
judge_script() {
	depth=$((depth + 1))
	if [ $depth -gt 5 ]; then
		via=''
		not "its interpreter is a script, whose interpreter is a script, and so on: it does not start"
		return
	fi
	line=$(head -c 256 -- "$1" | tr -d '\000' | sed -n '1s/^#![ 	]*//p')
	runner=${line%%[ 	]*}
	if [ "${runner##*/}" = env ]; then
		env_command "${line#"$runner"}" || return
	fi
	if ! find_program "$runner" || ! [ -x "$file" ]; then
		not "its interpreter $runner is not there"
		return
	fi
	case ${runner##*/} in
	sh | ash | bash | busybox | csh | dash | fish | ksh | ksh93 | mksh | posh | rbash | tcsh | yash | zsh)
		perhaps "a script for $file: check the programs that it starts"
		return
		;;
	esac
	via="${via}a script for $file: "
	judge_file "$(readlink -f -- "$file")"
}

# env_command WORDS: what env starts, in $runner.
env_command() {
	set -f
	# shellcheck disable=SC2086 # words
	set -- $1
	set +f
	while [ $# -gt 0 ]; do
		case $1 in
		-S | --split-string) ;;
		-S?* | --split-string=?*)
			runner=${1#-S} runner=${runner#--split-string=}
			shift
			set -- '' "$runner" "$@"
			;;
		- | -i | --ignore-environment)
			not "its env starts the interpreter without a variable: take $1 out of its first line"
			return 1
			;;
		-*)
			perhaps "its first line has an option of env that is unknown here: $1"
			return 1
			;;
		LD_PRELOAD=*)
			not "its first line sets LD_PRELOAD: take that out"
			return 1
			;;
		*=*) ;;
		*)
			runner=$1
			return 0
			;;
		esac
		shift
	done
	not "its first line has env and no interpreter"
	return 1
}

# capabilities FILE: it has some. Leaves a remark in $remark where that cannot be told.
capabilities() {
	PATH=$PATH:/usr/sbin:/sbin
	if command -v getcap >/dev/null; then
		[ -n "$(getcap "$1")" ]
	elif command -v getfattr >/dev/null; then
		getfattr -n security.capability -- "$1" >/dev/null 2>&1
	else
		remark="file capabilities not checked: no getcap or getfattr here"
		return 1
	fi
}

# Neither setuid and setgid bits nor capabilities count: in a container without new
# privileges, or on a file system mounted so.
privileges_ignored() {
	grep -q '^NoNewPrivs:[[:space:]]*1' /proc/self/status 2>/dev/null && return
	mount=$(df -P -- "$1" 2>/dev/null | sed -n '2s/.* //p')
	awk -v mount="$mount" '$2 == mount { options = $4 }
		END { exit options !~ /(^|,)nosuid(,|$)/ }' /proc/mounts 2>/dev/null
}

# The loader reads this file for setuid programs as well.
preloaded_everywhere() {
	system_preloads | grep -Fqx -e "$object"
}

# secure_mode FILE: the kernel would start FILE so that the loader passes LD_PRELOAD by
# (AT_SECURE), and the verdict is given: its user or group would be another than this
# process's, or it has file capabilities and this is not root.
secure_mode() {
	what='' secure=false
	read -r mode _ owner group _ <<-END
		$(ls -ldn -- "$1")
	END
	case $mode in
	???[sS]*)
		what=setuid
		[ "$owner" -eq "$(id -ru)" ] || secure=true
		;;
	esac
	case $mode in
	??????s*) # an S there is about file locks
		what=${what:+$what and }setgid
		[ "$group" -eq "$(id -rg)" ] || secure=true
		;;
	esac
	if [ -z "$what" ] && (capabilities "$1"); then
		what='file capabilities'
		[ "$(id -ru)" -eq 0 ] || secure=true
	fi
	[ -n "$what" ] || return
	if privileges_ignored "$1"; then
		remark="$what, without effect here: nosuid, or no new privileges"
	elif ! $secure; then
		remark="for this user, not for others: $what"
	elif preloaded_everywhere; then
		remark="$what: by /etc/ld.so.preload, without options"
	else
		not "$what: the loader takes no LD_PRELOAD there; 'gaishim enable --system' reaches it"
		return
	fi
	return 1
}

# list_libraries FILE INTERPRETER: what the loader would load for FILE, in $libraries.
# Or gives the verdict, where FILE does not start, or not with the object.
list_libraries() {
	loaded=$(env -u LD_AUDIT -u LD_BIND_NOW -u LD_DEBUG -u LD_VERBOSE -u LD_WARN \
		LC_ALL=C LD_PRELOAD="$object" "$2" --list "$1" 2>&1)
	status=$?
	missing=$(printf '%s\n' "$loaded" | sed -n 's/^	\(.*\) => not found.*/\1/p' | sed -n 1p)
	libraries=$(printf '%s\n' "$loaded" | sed -n 's/^	\(.* => \)\{0,1\}\(\/.*\) (0x[0-9a-f]*)$/\2/p')
	case $loaded in
	*"'$object' from LD_PRELOAD cannot be preloaded"*)
		why=${loaded#*"'$object' from LD_PRELOAD cannot be preloaded "}
		not "its loader leaves the object out: ${why%%: ignored*}: see 'gaishim doctor'"
		;;
	*)
		if [ -n "$missing" ]; then
			not "it does not start here: $missing is missing"
		elif [ $status -ne 0 ]; then
			not "it does not start here: $(printf '%s\n' "$loaded" | sed -n 1p)"
		else
			return 0
		fi
		;;
	esac
	return 1
}

# look_at FILE: what of it, a program or a library, counts for the verdict on the
# program: the first that asks, opens, and so on, by its name.
look_at() {
	name=${1##*/}
	case $name in
	libasan.so* | libclang_rt.asan*) asan=$1 ;;
	libcares.so* | libunbound.so* | libldns.so* | libdns[-.]*so* | libudns.so* | libadns.so* | libgetdns.so*)
		resolver=${resolver:-$name}
		;;
	esac
	! elf_has 'asks getaddrinfo' || asker=${asker:-$name}
	! elf_has 'asks dlopen' || opener=${opener:-$name}
	! elf_has 'asks gethostbyname' || old=${old:-$name}
}

# The first of LD_PRELOAD is the library that AddressSanitizer insists on, or it
# has been told not to.
asan_content() {
	first=${LD_PRELOAD-}
	first=${first%%[ :]*}
	case ${first##*/}: in
	libasan.so*: | libclang_rt.asan*:) return ;;
	esac
	case :${ASAN_OPTIONS-}: in
	*:verify_asan_link_order=0:* | *:verify_asan_link_order=false:*) return ;;
	esac
	return 1
}

judge_elf() {
	read_elf "$1"
	program=$elf
	machine=$(elf_get machine)
	interpreter=$(elf_get interpreter)
	if [ -z "$machine" ] || [ -z "$(elf_get type)" ]; then
		perhaps "$reader cannot read it"
		return
	elif [ "$machine" != "$object_machine" ]; then
		not "another architecture: it is for $machine, the object for $object_machine; use one built for it"
		return
	elif [ -z "$interpreter" ]; then
		if elf_has go; then
			not "Go without cgo, static: build it with CGO_ENABLED=1 and start it with GODEBUG=netdns=cgo"
		elif elf_has 'type EXEC' || elf_has pie; then
			not "static: it has no loader that could preload; use a dynamically linked build of it"
		else
			not "a shared library, not a program: name the program that loads it"
		fi
		return
	fi
	case ${interpreter##*/} in
	ld-linux* | ld64.so* | ld.so* | ld-[0-9]*) ;;
	ld-musl*)
		not "musl: with the object preloaded it does not start; use a build for glibc, or keep LD_PRELOAD from it"
		return
		;;
	*)
		not "its loader is not glibc's: $interpreter; use a build for glibc"
		return
		;;
	esac
	if ! [ -e "$interpreter" ]; then
		not "it does not start here: its loader $interpreter is not there"
		return
	fi
	remark=
	! secure_mode "$1" || return

	asker='' opener='' old='' resolver='' asan='' libraries='' unseen=''
	look_at "$1"
	case $(readlink -f -- "$interpreter") in
	/lib/* | /lib[3-6x]* | /usr/lib/* | /usr/lib[3-6x]* | /nix/store/* | /gnu/store/*)
		# The loader would run an audit library, even to list.
		if elf_has audit; then
			unseen="it names an audit library"
		else
			list_libraries "$1" "$interpreter" || return
		fi
		;;
	*) unseen="its loader, $interpreter, is not the system's" ;;
	esac
	while read -r library; do
		case ${library##*/} in
		'' | libc.so.* | ld-linux* | ld64.so* | ld.so*) continue ;;
		esac
		[ "$library" != "$object" ] || continue
		read_elf "$library"
		look_at "$library"
	done <<-END
		$libraries
	END
	elf=$program
	judge_facts "$1"
	if [ -n "$unseen" ] && [ "$verdict" != perhaps ]; then
		perhaps "$unseen, so what it loads was not looked at; to know, try: gaishim --log=stderr $1"
	fi
}

# judge_facts FILE: the verdict, from what judge_elf has found.
judge_facts() {
	if [ -z "$resolver" ] && { elf_has 'asks c-ares' || grep -q RES_OPTIONS -- "$1"; }; then
		resolver="c-ares inside" # which reads that variable, as otherwise libc does
	elif [ -z "$resolver" ] && elf_has 'asks evdns'; then
		resolver=libevent
	fi
	try="to know, try: gaishim --log=stderr $1"
	if [ -n "$asan" ] && ! asan_content; then
		not "AddressSanitizer (${asan##*/}) insists on being first and ends it: start it with ASAN_OPTIONS=verify_asan_link_order=0"
	elif elf_has 'has getaddrinfo'; then
		not "it has a getaddrinfo of its own, which comes before the object"
	elif [ -e "${1%/*}/chrome_100_percent.pak" ]; then
		perhaps "Chromium or Electron, with a resolver of its own: start it with --disable-features=AsyncDns"
	elif elf_has go && [ -z "$asker" ]; then
		not "Go without cgo: build it with CGO_ENABLED=1 and start it with GODEBUG=netdns=cgo"
	elif elf_has go && ! netdns_cgo; then
		perhaps "Go asks libc only when it thinks it must: start it with GODEBUG=netdns=cgo"
	elif [ -n "$asker" ] && [ -n "$resolver" ]; then
		perhaps "it asks getaddrinfo, but has a resolver of its own as well ($resolver), which is not reached; $try"
	elif [ -n "$asker" ]; then
		[ "$asker" = "${1##*/}" ] || remark="through $asker${remark:+; $remark}"
		! elf_has 'asks dlopen' ||
			remark=${remark:+$remark; }"libraries that it opens with RTLD_DEEPBIND may pass by"
		takes "$remark"
	elif [ -n "$resolver" ] || elf_has 'asks res_query'; then
		not "it asks DNS by itself (${resolver:-res_query}), not getaddrinfo: nothing to do"
	elif [ -n "$opener" ]; then
		perhaps "nothing that it starts with asks getaddrinfo, but $opener opens libraries later; $try"
	elif [ -n "$old" ]; then
		not "it asks by gethostbyname alone ($old): the object stands in front of getaddrinfo"
	elif elf_has 'asks exec'; then
		perhaps "it asks for no host itself: check the programs that it starts"
	else
		not "neither it nor a library of it asks getaddrinfo: it asks for no host"
	fi
}

netdns_cgo() {
	case ,${GODEBUG-}, in
	*,netdns=cgo,* | *,netdns=cgo+* | *,netdns=[0-9]+cgo,*) ;;
	*) return 1 ;;
	esac
}

read_elf "$object"
object_machine=$(elf_get machine)

worst=0 programs=''
for program_name; do
	judge "$program_name"
	case $verdict in
	no | error) worst=1 ;;
	perhaps) [ $worst -ne 0 ] || worst=3 ;;
	esac
	if $json; then
		programs="$programs${programs:+,}
    {\"program\": $(json_string "$program_name"), \"verdict\": \"$verdict\",
     \"reason\": $(json_string "$reason")}"
		continue
	fi
	case $verdict in
	yes) line="$program_name: takes effect${reason:+ ($reason)}" ;;
	error) line="gaishim: check: $program_name: $reason" ;;
	*) line="$program_name: $verdict: $reason" ;;
	esac
	# What others wrote must not break the line, nor steer a terminal.
	line=$(printf %s "$line" | LC_ALL=C tr '\000-\037\177' '?')
	if [ "$verdict" = error ]; then
		printf '%s\n' "$line" >&2
	else
		printf '%s\n' "$line"
	fi
done
! $json || printf '{\n  "programs": [%s\n  ]\n}\n' "$programs"
(exit $worst)
