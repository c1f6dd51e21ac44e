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

# judge_interpreter FILE: that of a program. Fails if it gives the verdict.
judge_interpreter() {
	case ${1##*/} in
	ld-linux* | ld64.so* | ld.so* | ld-[0-9]*) [ ! -e "$1" ] || return 0 ;;
	ld-musl*)
		not "musl: with the object preloaded it does not start; use a build for glibc, or keep LD_PRELOAD from it"
		return 1
		;;
	*)
		not "its loader is not glibc's: $1; use a build for glibc"
		return 1
		;;
	esac
	not "it does not start here: its loader $1 is not there"
	return 1
}

# look_at FILE FACTS: what of it, a program or a library, counts for the verdict on the
# program: the first that asks, opens, and so on, by its name.
look_at() {
	name=${1##*/}
	case $name in
	libasan.so* | libclang_rt.asan*) asan=$1 ;;
	libcares.so* | libunbound.so* | libldns.so* | libdns[-.]*so* | libudns.so* | libadns.so* | libgetdns.so*)
		resolver=${resolver:-$name}
		;;
	esac
	! elf_has "$2" 'asks getaddrinfo' || asker=${asker:-$name}
	! elf_has "$2" 'asks dlopen' || opener=${opener:-$name}
	! elf_has "$2" 'asks gethostbyname' || old=${old:-$name}
}

# look_around FILE FACTS INTERPRETER: at the program and at the libraries that it would load.
# Leaves what look_at finds for judge_facts, and in $unseen why the libraries were not looked
# at. Fails if it gives the verdict.
look_around() {
	asker='' opener='' old='' resolver='' asan='' libraries='' unseen=''
	look_at "$1" "$2"
	case $(readlink -f -- "$3") in
	/lib/* | /lib[3-6x]* | /usr/lib/* | /usr/lib[3-6x]* | /nix/store/* | /gnu/store/*)
		# The loader would run an audit library, even to list.
		if elf_has "$2" audit; then
			unseen="it names an audit library"
		elif ! libraries=$(list_libraries "$1" "$3"); then
			not "$libraries"
			return 1
		fi
		;;
	*) unseen="its loader, $3, is not the system's" ;;
	esac
	while read -r library; do
		case ${library##*/} in
		'' | libc.so.* | ld-linux* | ld64.so* | ld.so*) continue ;;
		esac
		[ "$library" != "${object:?}" ] || continue
		look_at "$library" "$(read_elf "$library")"
	done <<-END
		$libraries
	END
}

# judge_elf FILE
judge_elf() {
	program=$(read_elf "$1")
	machine=$(elf_get "$program" machine)
	interpreter=$(elf_get "$program" interpreter)
	: "${object_machine:=$(elf_get "$(read_elf "$object")" machine)}"
	if [ -z "$machine" ] || [ -z "$(elf_get "$program" type)" ]; then
		perhaps "${reader:?} cannot read it"
		return
	elif [ "$machine" != "$object_machine" ]; then
		not "another architecture: it is for $machine, the object for $object_machine; use one built for it"
		return
	elif [ -z "$interpreter" ]; then
		judge_static "$program"
		return
	fi
	judge_interpreter "$interpreter" || return
	! secure_mode "$1" || return
	look_around "$1" "$program" "$interpreter" || return
	judge_facts "$1" "$program" "$remark"
	if [ -n "$unseen" ] && [ "$verdict" != perhaps ]; then
		perhaps "$unseen, so what it loads was not looked at; to know, try: gaishim --log=stderr $1"
	fi
}

# judge_facts FILE FACTS REMARK: the verdict, from those and what look_around has found.
judge_facts() {
	remark=$3
	if [ -z "$resolver" ] && { elf_has "$2" 'asks c-ares' || grep -q RES_OPTIONS -- "$1"; }; then
		resolver="c-ares inside" # which reads that variable, as otherwise libc does
	elif [ -z "$resolver" ] && elf_has "$2" 'asks evdns'; then
		resolver=libevent
	fi
	try="to know, try: gaishim --log=stderr $1"
	if [ -n "$asan" ] && ! asan_content; then
		not "AddressSanitizer (${asan##*/}) insists on being first and ends it: start it with ASAN_OPTIONS=verify_asan_link_order=0"
	elif elf_has "$2" 'has getaddrinfo'; then
		not "it has a getaddrinfo of its own, which comes before the object"
	elif [ -e "${1%/*}/chrome_100_percent.pak" ]; then
		perhaps "Chromium or Electron, with a resolver of its own: start it with --disable-features=AsyncDns"
	elif elf_has "$2" go && [ -z "$asker" ]; then
		not "Go without cgo: build it with CGO_ENABLED=1 and start it with GODEBUG=netdns=cgo"
	elif elf_has "$2" go && ! netdns_cgo; then
		perhaps "Go asks libc only when it thinks it must: start it with GODEBUG=netdns=cgo"
	elif [ -n "$asker" ] && [ -n "$resolver" ]; then
		perhaps "it asks getaddrinfo, but has a resolver of its own as well ($resolver), which is not reached; $try"
	elif [ -n "$asker" ]; then
		[ "$asker" = "${1##*/}" ] || remark="through $asker${remark:+; $remark}"
		! elf_has "$2" 'asks dlopen' ||
			remark=${remark:+$remark; }"libraries that it opens with RTLD_DEEPBIND may pass by"
		takes "$remark"
	elif [ -n "$resolver" ] || elf_has "$2" 'asks res_query'; then
		not "it asks DNS by itself (${resolver:-res_query}), not getaddrinfo: nothing to do"
	elif [ -n "$opener" ]; then
		perhaps "nothing that it starts with asks getaddrinfo, but $opener opens libraries later; $try"
	elif [ -n "$old" ]; then
		not "it asks by gethostbyname alone ($old): the object stands in front of getaddrinfo"
	elif elf_has "$2" 'asks exec'; then
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
