# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The part of scripts/dev/setup that talks to the package manager, $manager.
# shellcheck disable=SC2154 # the variables of setup

# offered PACKAGE...: those that the archive has for this release.
offered() {
	case $manager in
	apt-get)
		apt-cache policy "$@" 2>/dev/null |
			awk '/^[^ ]/ { name = $1 } /^ *Candidate: [^(]/ { sub(/:$/, "", name); print name }'
		;;
	*) printf '%s\n' "$@" ;;
	esac
}

# has_lists: are there package lists? Images for containers come without.
has_lists() {
	case $manager in
	apt-get) apt-cache policy 2>/dev/null | grep -q ' Packages$' ;;
	esac
}

# find_unknown: sets $unknown to the architecture of packages that are missing, if dpkg and apt
# do not know it; else to nothing.
find_unknown() {
	unknown=''
	[ "$manager" = apt-get ] || return 0
	known=" $(dpkg --print-architecture) $(dpkg --print-foreign-architectures | tr '\n' ' ')"
	for name in $required $optional; do
		case $name in
		*:*)
			case $known in
			*" ${name#*:} "*) ;;
			*) unknown=${name#*:} ;;
			esac
			;;
		esac
	done
}

# add_architecture: afterwards apt finds packages of $unknown, if all archives have them; else
# all is as it was.
add_architecture() {
	say "adding the architecture $unknown for dpkg and apt; 'dpkg --remove-architecture $unknown' undoes it"
	dpkg --add-architecture "$unknown"
	refresh && return
	say "that failed, so it is removed again"
	dpkg --remove-architecture "$unknown"
	false
}

refresh() {
	case $manager in
	apt-get) apt-get -q update ;;
	esac
}

# borrow_lists: get package lists into a directory that goes away at the end, so that
# a dry run can tell sizes, for a user as for root. apt and its kin read APT_CONFIG.
borrow_lists() {
	borrowed=$(mktemp -d) || return
	trap 'rm -rf "$borrowed"' EXIT
	mkdir -p "$borrowed/lists/partial"
	chmod 755 "$borrowed" # apt downloads as a user of its own
	cat >"$borrowed/apt.conf" <<-END
		Dir::State::Lists "$borrowed/lists";
		Dir::Cache::pkgcache "";
		Dir::Cache::srcpkgcache "";
		Debug::NoLocking "true";
	END
	export APT_CONFIG="$borrowed/apt.conf"
	say "fetching package lists, to tell what is missing and how much it is"
	refresh >/dev/null
}

get() {
	case $manager in
	apt-get)
		DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
			-o DPkg::Lock::Timeout=120 install "$@"
		;;
	dnf) dnf -y --setopt=install_weak_deps=False install "$@" ;;
	apk) apk add "$@" ;;
	esac
}

# Say what that costs, before it is done. Only reads, so needs neither root nor a lock. Of
# packages of an architecture that apt does not know it can say nothing.
cost() {
	[ "$manager" = apt-get ] || return 0
	if [ "$unknown" ]; then
		say "without the packages for $unknown, whose sizes are not known yet:"
		# shellcheck disable=SC2046 # names
		set -- $(printf '%s\n' "$@" | sed "/:$unknown\$/d")
		[ $# -gt 0 ] || return 0
	fi
	LC_ALL=C apt-get -q -o Debug::NoLocking=true --assume-no --no-install-recommends install "$@" 2>/dev/null |
		sed -n 's/^\(Need to get\|After this operation\|[0-9]* upgraded\)/setup: &/p'
}

# The same for somebody to type.
line() {
	case $manager in
	apt-get)
		if [ "$unknown" ]; then
			foreign=$(printf '%s\n' "$@" | sed -n "/:$unknown\$/p" | tr '\n' ' ')
			# shellcheck disable=SC2046 # names
			set -- $(printf '%s\n' "$@" | sed "/:$unknown\$/d") "&& dpkg --add-architecture $unknown && apt-get update &&" \
				"apt-get install -y --no-install-recommends ${foreign% }"
		fi
		printf '%s\n' "apt-get update && apt-get install -y --no-install-recommends $*"
		;;
	dnf) printf '%s\n' "dnf install $*" ;;
	apk) printf '%s\n' "apk add $*" ;;
	none) printf '%s\n' "(install with your package manager, names as in Debian) $*" ;;
	esac
}
