# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The part of doctor --live on sources: where libc has an answer from, as far as this can be
# told. Sourced by live.sh.

# The names of services that NSS has for hosts, in the order in which libc asks them. Nothing
# is printed for a line whose actions merge or skip answers: its order tells too little.
nss_services() {
	line=$(sed -n 's/#.*//; s/^[[:blank:]]*hosts:[[:blank:]]*//p' /etc/nsswitch.conf 2>/dev/null | sed q)
	case ${line:-files dns} in
	*[Mm][Ee][Rr][Gg][Ee]* | *[Ss][Uu][Cc][Cc][Ee][Ss][Ss]*) return ;;
	esac
	printf '%s\n' "${line:-files dns}" | sed 's/\[[^]]*]/ /g'
}

# in_hosts NAME: prints the addresses that /etc/hosts has for it.
in_hosts() {
	NAME=$1 awk '
		BEGIN { name = tolower(ENVIRON["NAME"]) }
		{ sub(/#.*/, "") }
		name != "" { for (i = 2; i <= NF; i++) if (tolower($i) == name) { print $1; next } }' /etc/hosts 2>/dev/null
}

# names_in_hosts ADDRESS: prints the names that /etc/hosts has for it.
names_in_hosts() {
	NAME=$1 awk '{ sub(/#.*/, "") } $1 == ENVIRON["NAME"] { for (i = 2; i <= NF; i++) print $i }' /etc/hosts 2>/dev/null
}

# source_name SERVICE
source_name() {
	case $1 in
	files) printf '/etc/hosts' ;;
	dns) printf nameserver ;;
	*) printf 'NSS module %s' "$1" ;;
	esac
}

# told_by SERVICE KIND ASKED: what this service alone answers, a line each. getent -s has libc
# ask no other, and not nscd; -i has it ask for the host as it is written.
told_by() (
	alone
	case $2 in
	name) ${limit?} getent -i -s "hosts:$1" ahosts -- "$3" | awk '{ print $1 }' ;;
	address) $limit getent -s "hosts:$1" hosts -- "$3" | awk '{ print $2 }' ;;
	esac
) 2>/dev/null

# share_one LINES LINES: there is a line that both have.
share_one() {
	for line in $1; do
		! printf '%s\n' "$2" | grep -Fqx -e "$line" || return 0
	done
	return 1
}

# source_by_nss KIND ASKED ANSWERS: the first service that answers by itself is the source, if
# the answer is among its own. Else it cannot be told.
source_by_nss() {
	for service in $(nss_services); do
		told=$(told_by "$service" "$1" "$2")
		# A call for IPv4 alone goes on where a service has IPv6 alone.
		case $1,$3 in
		name,*:*) ;;
		name,*) told=$(printf '%s\n' "$told" | grep -v :) ;;
		esac
		if [ -n "$told" ]; then
			! share_one "$3" "$told" || source_name "$service"
			return
		fi
	done
}

# source_by_hosts KIND ASKED ANSWERS LIBC: where no getent asks a single service. musl has no
# other than /etc/hosts and nameservers.
source_by_hosts() {
	case $1 in
	name) told=$(in_hosts "$2") ;;
	address) told=$(names_in_hosts "$2") ;;
	esac
	case $4,$(nss_services) in
	musl* | *,files*)
		if [ -n "$told" ] && share_one "$3" "$told"; then
			source_name files
			return
		fi
		;;
	esac
	case $4 in
	musl*) [ -n "$told" ] || source_name dns ;;
	esac
}

# source_of LIBC HOW KIND ASKED CODE ANSWERS: prints it. KIND of what is ASKED for is name or
# address.
source_of() {
	case $2 in
	numeric | localhost | refused) printf 'gaishim (%s)' "$2" ;;
	held) printf 'gaishim (--hold)' ;;
	*)
		if [ "$5" != 0 ]; then
			printf -- -
			return
		fi
		case $1 in
		musl*) found=$(source_by_hosts "$3" "$4" "$6" "$1") ;;
		*)
			# Not every getent knows -i and -s.
			if [ -n "$(getent -i -s hosts:files ahosts 127.0.0.1 2>/dev/null)" ]; then
				found=$(source_by_nss "$3" "$4" "$6")
			else
				found=$(source_by_hosts "$3" "$4" "$6" "$1")
			fi
			;;
		esac
		printf '%s' "${found:-unknown}"
		;;
	esac
}
