# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The part of check that gives the verdict on an ELF program. Sourced by check.sh.
# shellcheck disable=SC2034,SC2154 # gaishim's own variables, and check's

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

# judge_static: without an interpreter, nothing can be preloaded.
judge_static() {
	if elf_has go; then
		not "Go without cgo, static: build it with CGO_ENABLED=1 and start it with GODEBUG=netdns=cgo"
	elif elf_has 'type EXEC' || elf_has pie; then
		not "static: it has no loader that could preload; use a dynamically linked build of it"
	else
		not "a shared library, not a program: name the program that loads it"
	fi
}

# judge_interpreter: that of a program. Fails if it gives the verdict.
judge_interpreter() {
	case ${interpreter##*/} in
	ld-linux* | ld64.so* | ld.so* | ld-[0-9]*) [ ! -e "$interpreter" ] || return 0 ;;
	ld-musl*)
		not "musl: with the object preloaded it does not start; use a build for glibc, or keep LD_PRELOAD from it"
		return 1
		;;
	*)
		not "its loader is not glibc's: $interpreter; use a build for glibc"
		return 1
		;;
	esac
	not "it does not start here: its loader $interpreter is not there"
	return 1
}

# look_around FILE: at the program and at the libraries that it would load. Leaves in $unseen
# why those were not looked at. Fails if it gives the verdict.
look_around() {
	asker='' opener='' old='' resolver='' asan='' libraries='' unseen=''
	look_at "$1"
	case $(readlink -f -- "$interpreter") in
	/lib/* | /lib[3-6x]* | /usr/lib/* | /usr/lib[3-6x]* | /nix/store/* | /gnu/store/*)
		# The loader would run an audit library, even to list.
		if elf_has audit; then
			unseen="it names an audit library"
		else
			list_libraries "$1" "$interpreter" || return 1
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
		judge_static
		return
	fi
	judge_interpreter || return
	remark=
	! secure_mode "$1" || return
	look_around "$1" || return
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
