# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# What `gaishim enable` makes sure of before every program, or every user, has the object:
# nobody else can change it, and programs do with it what they do without. Sourced by
# enable.sh.

# shellcheck source=scripts/commands/libc.sh
. "${commands:?}/libc.sh"

# Programs that nobody can do without; those that are there are tried.
programs="true
sh -c :
bash -c :
ls /
cat /dev/null
id
env
sed q /dev/null
grep -q x /dev/null
tar --version
mount --version
su --version
getent passwd 0
ldconfig --version
dpkg --version
apt-get --version
rpm --version
dnf --version
perl -e 1
python3 -c 0
git --version
curl --version
ssh -V
systemctl --version"

# outcomes [VARIABLE=VALUE]: of each program that is there.
outcomes() {
	while read -r name words; do
		find_program "$name" || continue
		# shellcheck disable=SC2086,SC2154 # words; find_program has left the file
		said=$(run env "$@" "$file" $words)
		words="$name $words"
		printf '%s\n' "${said%exit status *}$words: exit status ${said##*exit status }"
	done <<-END
		$programs
	END
}

# differing WITHOUT WITH: the lines of the second outcomes that the first have not. Nothing
# but builtins: it may be that no program starts any more.
differing() {
	while IFS= read -r line; do
		case ${newline:?}$1$newline in
		*"$newline$line$newline"*) ;;
		*) printf '%s\n' "$line" ;;
		esac
	done <<-END
		$2
	END
}

# unsafe FILE
unsafe() {
	die 125 "$1: every program would load it, so it and all directories above" \
		"must belong to root, be readable by all and writable by no others"
}

# require_safe FILE: every user's programs are going to load it, root's too.
require_safe() {
	part=$1
	while :; do
		case $(stat -c '%F %u %a' -- "$part") in
		'directory 0 '*[15][15] | 'regular file 0 '*[45][45]) ;;
		*) unsafe "$part" ;;
		esac
		[ "$part" != / ] || break
		part=${part%/*}
		part=${part:-/}
	done
}

# require_safe_hook: everybody's Python looks for modules in its directory.
require_safe_hook() {
	hook=$(readlink -f -- "$hook")
	require_safe "$hook"
	part=$(find -L "$hook" \( ! -user 0 -o -perm /022 -o -name '*.py' ! -perm -004 \) | sed -n 1p)
	[ -z "$part" ] || unsafe "$part"
	# A link's own mode says nothing, and leads past directories that were not looked at.
	linked=$(find -L "$hook" -xtype l -exec readlink -f -- {} \;)
	while IFS= read -r part; do
		[ -z "$part" ] || require_safe "$part"
	done <<-END
		$linked
	END
}

# require_fit TARGET: nothing is wrong with what the target's file will name. Leaves in
# $object and $hook how it is named.
require_fit() {
	case $1$(id -u) in
	--system*)
		find_libc
		case $libc in
		musl*) die 125 "musl's loader does not read /etc/ld.so.preload: nothing was done" \
			"for login shells: gaishim enable --profile; for programs with a file of variables: --dotenv FILE" \
			"in an image: ENV LD_PRELOAD=$object" ;;
		esac
		[ -z "${given?}" ] || refuse "/etc/ld.so.preload carries no options:$given" \
			"run 'gaishim enable --system' without options, and set these for login shells or in a file:" \
			"gaishim enable --profile, or --dotenv FILE"
		object=$(readlink -f -- "$object")
		case $object in
		*[#[:space:]]*) die 125 "/etc/ld.so.preload cannot carry a blank or a #, and the object is" "$object" ;;
		esac
		require_safe "$object"
		;;
	--profile0)
		object=$(readlink -f -- "$object")
		require_safe "$object"
		require_safe_hook
		;;
	esac
}

# try_system FILE: as every program will have it, but for this once. Leaves what prove_system
# needs to put FILE back.
try_system() {
	without=$(outcomes)
	with=$(differing "$without" "$(outcomes LD_PRELOAD="$object")")
	[ -z "$with" ] || die 125 "nothing was done: these programs behave differently with the object:" "$with"
	there=false
	[ ! -e "$1" ] || there=true
	content=$(! $there || cat "$1" && printf x)
}

# prove_system FILE: all is as before, or FILE is put back as it was, by builtins alone.
prove_system() {
	with=$(differing "$without" "$(outcomes)")
	[ -n "$with" ] || return 0
	printf '%s' "${content%x}" >"$1"
	$there || rm -f "$1"
	die 125 "$1 is as it was: these programs behaved differently with the object in it:" "$with"
}
