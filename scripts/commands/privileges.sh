# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The part of check on programs that the loader keeps LD_PRELOAD from: those with setuid or
# setgid bits, or file capabilities. Sourced by check.sh.

# capabilities FILE: it has some. Leaves a remark in $remark where that cannot be told.
capabilities() {
	if getcap=$(PATH=$PATH:/usr/sbin:/sbin && command -v getcap); then
		[ -n "$("$getcap" "$1")" ]
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

# secure_mode FILE [LOADER]: the kernel would start FILE so that the loader passes LD_PRELOAD by
# (AT_SECURE), and the verdict is given: its user or group would be another than this
# process's, or it has file capabilities and this is not root. Else fails, and leaves in
# $remark what is to be said about FILE.
secure_mode() {
	what='' secure=false remark=''
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
	if [ -z "$what" ] && capabilities "$1"; then
		what='file capabilities'
		[ "$(id -ru)" -eq 0 ] || secure=true
	fi
	[ -n "$what" ] || return
	if privileges_ignored "$1"; then
		remark="$what, without effect here: nosuid, or no new privileges"
	elif ! $secure; then
		remark="for this user, not for others: $what"
	elif [ "${2#ld-musl}" != "${2-}" ]; then
		not "$what: musl's loader takes no LD_PRELOAD there, and nothing else"
		return
	elif names_object; then # the loader reads that file for setuid programs as well
		# shellcheck disable=SC2034 # for the caller
		remark="$what: by /etc/ld.so.preload, without options"
	else
		not "$what: the loader takes no LD_PRELOAD there; 'gaishim enable --system' reaches it"
		return
	fi
	return 1
}
