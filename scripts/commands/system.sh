# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# What `gaishim enable` makes sure of before every program, or every user, has the object:
# nobody else can change it, and programs do with it what they do without. Sourced by
# enable.sh, whose functions and variables it uses.
# shellcheck disable=SC2034,SC2154

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
		# shellcheck disable=SC2086 # words
		said=$(run env "$@" "$file" $words)
		words="$name $words"
		printf '%s\n' "${said%exit status *}$words: exit status ${said##*exit status }"
	done <<-END
		$programs
	END
}

# differing OUTCOMES: lines that those without the object do not have. Nothing
# but builtins: it may be that no program starts any more.
differing() {
	while IFS= read -r line; do
		case $newline$without$newline in
		*"$newline$line$newline"*) ;;
		*) printf '%s\n' "$line" ;;
		esac
	done <<-END
		$1
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
		case $part$(stat -c ' %F %u %a' "$part") in
		*' directory 0 '*[0145][15] | *' regular file 0 '*[0145][45]) ;;
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
}

# require_fit: nothing is wrong with what the target's file will name.
require_fit() {
	case $target$(id -u) in
	--system*)
		[ -z "$given" ] || refuse "/etc/ld.so.preload carries no options:$given" \
			"enable --system without, and set them where programs get their environment:" \
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

# try_system: as every program will have it, but for this once.
try_system() {
	without=$(outcomes)
	with=$(differing "$(outcomes LD_PRELOAD="$object")")
	[ -z "$with" ] || die 125 "nothing was done: these programs behave differently with the object:" "$with"
	content=$([ ! -e "$path" ] || cat "$path" && printf x)
}

# prove_system: all is as before, or is put back as it was, by builtins alone.
prove_system() {
	with=$(differing "$(outcomes)")
	[ -n "$with" ] || return 0
	printf '%s' "${content%x}" >"$path"
	[ "$was" != absent ] || rm -f "$path"
	die 125 "$path is as it was: these programs behaved differently with the object in it:" "$with"
}
