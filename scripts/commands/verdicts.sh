# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The part of check that gives the verdict on an ELF program. Sourced by check.sh.

# takes REASON, not REASON, perhaps REASON: the verdict, left in $verdict and $reason for
# check.sh.
# shellcheck disable=SC2034
takes() {
	verdict=yes reason=$1
}

# shellcheck disable=SC2034
not() {
	verdict=no reason=$1
}

# shellcheck disable=SC2034
perhaps() {
	verdict=perhaps reason=$1
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

# judge_static FACTS: without an interpreter, nothing can be preloaded.
judge_static() {
	if elf_has "$1" go; then
		not "Go without cgo, static: build it with CGO_ENABLED=1 and start it with GODEBUG=netdns=cgo"
	elif elf_has "$1" 'type EXEC' || elf_has "$1" pie; then
		not "static: it has no loader that could preload; use a dynamically linked build of it"
	else
		not "a shared library, not a program: name the program that loads it"
	fi
}

# judge_machine MACHINE OBJECT-MACHINE LOADER: that of a program is not that of the object.
judge_machine() {
	# musl's does not look, and finds relocations that it does not know.
	case $3 in
	ld-musl*) starts=', with which it does not start' ;;
	*) starts='' ;;
	esac
	case $1 in
	x86_64 | aarch64)
		not "another architecture: it is for $1, the object for $2$starts; take gaishim's archive or package for $1"
		;;
	*) not "another architecture: it is for $1, the object for $2$starts; there is no object for it" ;;
	esac
}

# is_system_loader FILE: it may be started.
is_system_loader() {
	case $(readlink -f -- "$1") in
	/lib/* | /lib[3-6x]* | /usr/lib/* | /usr/lib[3-6x]* | /nix/store/* | /gnu/store/*) ;;
	*) return 1 ;;
	esac
}

# judge_interpreter FILE: that of a program. Fails if it gives the verdict.
judge_interpreter() {
	if ! [ -e "$1" ]; then
		not "it does not start here: its loader $1 is not there"
		return 1
	fi
	case ${1##*/} in
	ld-linux* | ld64.so* | ld.so* | ld-[0-9]*) ;;
	ld-musl*)
		if is_system_loader "$1" && is_old_musl "musl $(musl_version "$1")"; then
			not "musl $(musl_version "$1"): the object steps aside before 1.1.24; use a build for musl 1.2 or glibc"
			return 1
		fi
		;;
	*)
		not "its loader is neither glibc's nor musl's: $1; use a build for one of these"
		return 1
		;;
	esac
}

# look_at FILE FACTS PROGRAM-FACTS: what of it, a program or a library, counts for the
# verdict on the program: the first that asks, opens, and so on, by its name; and the first
# call that stays libc's. The object has the calls that are reached.
look_at() {
	name=${1##*/}
	case $name in
	libasan.so* | libclang_rt.asan*) asan=$1 ;;
	libcares.so* | libunbound.so* | libldns.so* | libdns[-.]*so* | libudns.so* | libadns.so* | libgetdns.so*)
		resolver=${resolver:-$name}
		;;
	libanl.so*) # before glibc 2.34 getaddrinfo_a was there, and asked by getaddrinfo
		! elf_has "$2" 'asks getaddrinfo' || [ "$past" != getaddrinfo_a ] || past=''
		;;
	esac
	! elf_has "$2" opens || opener=${opener:-$name}
	while read -r word call; do
		case $word,$call in
		asks,gethostid) # which looks nothing up in musl
			case ${interpreter##*/} in
			ld-musl*) ;;
			*) past=${past:-$call} ;;
			esac
			;;
		asks,res_*) queries=${queries:-$call} ;;
		asks,*)
			if ! elf_has "$object_facts" "has $call"; then
				past=${past:-$call}
			elif ! elf_has "$3" "has $call"; then
				asker=${asker:-$name}
			fi
			;;
		esac
	done <<-END
		$2
	END
}

# look_around FILE FACTS INTERPRETER: at the program and at the libraries that it would load.
# Leaves what look_at finds for judge_facts, and in $unseen why the libraries were not looked
# at. Fails if it gives the verdict.
look_around() {
	asker='' opener='' past='' queries='' resolver='' asan='' libraries='' unseen=''
	look_at "$1" "$2" "$2"
	own_queries=$queries
	if ! is_system_loader "$3"; then
		unseen="its loader, $3, is not the system's"
	# The loader would run an audit library, even to list.
	elif elf_has "$2" audit; then
		unseen="it names an audit library"
	elif ! libraries=$(list_libraries "$1" "$3"); then
		not "$libraries"
		return 1
	fi
	while read -r library; do
		case ${library##*/} in
		'' | libc.so* | libresolv.so.* | ld-linux* | ld-musl* | ld64.so* | ld.so*) continue ;;
		esac
		[ "$library" != "${object:?}" ] || continue
		look_at "$library" "$(read_elf "$library")" "$2"
	done <<-END
		$libraries
	END
}

# judge_elf FILE
judge_elf() {
	program=$(read_elf "$1")
	machine=$(elf_get "$program" machine)
	interpreter=$(elf_get "$program" interpreter)
	: "${object_facts:=$(read_elf "$object")}"
	object_machine=$(elf_get "$object_facts" machine)
	if [ -z "$machine" ] || [ -z "$(elf_get "$program" type)" ]; then
		perhaps "${reader:?} cannot read it"
		return
	elif [ "$machine" != "$object_machine" ]; then
		judge_machine "$machine" "$object_machine" "${interpreter##*/}"
		return
	elif [ -z "$interpreter" ]; then
		judge_static "$program"
		return
	fi
	judge_interpreter "$interpreter" || return
	! secure_mode "$1" "${interpreter##*/}" || return
	look_around "$1" "$program" "$interpreter" || return
	judge_facts "$1" "$program" "$remark"
	if [ -n "$unseen" ] && [ "$verdict" != perhaps ]; then
		perhaps "$unseen, so what it loads was not looked at; to know, try: gaishim --log=stderr $1"
	fi
}

# add_remark TEXT: to what the verdict has in parentheses.
add_remark() {
	remark=${remark:+$remark; }$1
}

# judge_facts FILE FACTS REMARK: the verdict, from those and what look_around has found.
judge_facts() {
	remark=$3
	own=$(elf_get "$2" has)
	try="to know, try: gaishim --log=stderr $1"
	find_resolver "$1" "$2"
	if [ -n "$asan" ] && ! asan_content; then
		not "AddressSanitizer (${asan##*/}) insists on being first and ends it: start it with ASAN_OPTIONS=verify_asan_link_order=0"
	elif [ -n "$own" ] && [ -z "$asker" ]; then
		not "it has a $own of its own, which comes before the object"
	elif [ -e "${1%/*}/chrome_100_percent.pak" ]; then
		perhaps "Chromium or Electron, with a resolver of its own: start it with --disable-features=AsyncDns"
	elif elf_has "$2" go && [ -z "$asker" ]; then
		not "Go without cgo: build it with CGO_ENABLED=1 and start it with GODEBUG=netdns=cgo"
	elif elf_has "$2" go && ! netdns_cgo; then
		perhaps "Go asks libc only when it thinks it must: start it with GODEBUG=netdns=cgo"
	elif [ -n "$asker" ] && [ -n "$resolver" ]; then
		perhaps "it asks libc, but has a resolver of its own as well ($resolver), which is not reached; $try"
	elif [ -n "$asker" ]; then
		remark_reached "$1" "$2"
		takes "$remark"
	elif [ -n "$resolver" ]; then
		not "it asks DNS by itself ($resolver): nothing to do"
	elif [ -n "$queries" ]; then
		not "it asks DNS by itself ($queries, which stays libc's): nothing to do"
	elif [ -n "$opener" ]; then
		perhaps "nothing that it starts with looks a host up by libc, but $opener opens libraries later; $try"
	elif [ -n "$past" ]; then
		not "it looks hosts up by $past alone, which stays libc's"
	elif elf_has "$2" 'starts programs'; then
		perhaps "it asks for no host itself: check the programs that it starts"
	else
		not "neither it nor a library of it looks a host up"
	fi
}

# find_resolver FILE FACTS: one inside the program that no library of it is.
find_resolver() {
	if [ -n "$resolver" ]; then
		return
	elif elf_has "$2" 'resolves by c-ares' || grep -q RES_OPTIONS -- "$1"; then
		resolver="c-ares inside" # which reads that variable, as otherwise libc does
	elif elf_has "$2" 'resolves by libevent'; then
		resolver=libevent
	fi
}

# remark_reached FILE FACTS: how the program is reached, and what of it is not.
remark_reached() {
	[ "$asker" = "${1##*/}" ] || add_remark "through $asker"
	[ -z "$own" ] || add_remark "but it has a $own of its own"
	case $past,$own_queries in
	,) ;;
	?*,?*) add_remark "but $past and $own_queries stay libc's" ;;
	*) add_remark "but $past$own_queries stays libc's" ;;
	esac
	! elf_has "$2" opens || add_remark "libraries that it opens with RTLD_DEEPBIND may pass by"
}

netdns_cgo() {
	case ,${GODEBUG-}, in
	*,netdns=cgo,* | *,netdns=cgo+* | *,netdns=[0-9]+cgo,*) ;;
	*) return 1 ;;
	esac
}
