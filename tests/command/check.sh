#!/bin/sh
# SPDX-License-Identifier: MIT
# gaishim check: its verdicts on programs of every kind, each held against what
# the program does: run with the object and a log, does a line come into it?

. tests/lib/tap.sh
unset LD_PRELOAD LD_LIBRARY_PATH ASAN_OPTIONS GODEBUG
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH # programs themselves, no starters of them
umask 022
chmod 755 "$TMP" # a user without rights runs programs in it

tree=$TMP/tree
checkout "$tree"
mkdir "$TMP/bin"
# Without a tool for file capabilities each verdict would say so.
if ! command -v getcap >/dev/null && ! command -v getfattr >/dev/null; then
	mkdir "$TMP/tools"
	printf '#!/bin/sh\n' >"$TMP/tools/getcap"
	chmod 755 "$TMP/tools" "$TMP/tools/getcap"
	PATH=$PATH:$TMP/tools
fi
unset GAISHIM_SO
object=$tree/build/libgaishim.so
exports=$(sed -n 's/^[[:space:]]*\([a-z0-9_]*\);.*/\1/p' shim/exports.map | grep -v '^gaishim')
work=$TMP/work
mkdir "$work"
cd "$work" || exit
shell=''

# check ARG...: what it says in $out, the exit status in $status.
check() {
	# shellcheck disable=SC2086 # a shell may be two words
	out=$($shell "$tree/scripts/gaishim" check "$@" 2>"$TMP/err")
	status=$?
}

# reached COMMAND...: yes if a lookup of it, or of what it starts, is in the log.
reached() {
	rm -f "$TMP/log"
	LD_PRELOAD=$object GAISHIM_LOG=$TMP/log timeout 60 "$@" >/dev/null 2>&1 </dev/null
	if grep -q ' host=' "$TMP/log" 2>/dev/null; then echo yes; else echo no; fi
}

# verdict PROGRAM ERE REACHED [COMMAND...]: the line about PROGRAM, and the truth of
# it: COMMAND, or PROGRAM alone, with the object.
verdict() {
	check "$1"
	like "$1: $2" "$out" "^$1: $2"
	case $2 in
	takes*) wanted=0 ;;
	no*) wanted=1 ;;
	*) wanted=3 ;;
	esac
	is "$1: status" "$status" $wanted
	verdict_program=$1 verdict_reached=$3
	shift 3
	[ $# -gt 0 ] || set -- "$verdict_program"
	is "$verdict_program: it is reached: $verdict_reached" "$(reached "$@")" "$verdict_reached"
}

# can NAME COMMAND...: COMMAND succeeds, or NAME is skipped with its first line.
can() {
	can_name=$1
	shift
	"$@" >"$TMP/can" 2>&1 && return
	skip "$can_name" "$(printf '%s' "$* fails here: $(head -n 1 "$TMP/can")" | tr -d '\n#' | cut -c 1-160)"
	return 1
}

sources() {
	cat >ask.c <<-'END'
		#include <netdb.h>
		#include <stddef.h>
		int ask(void);
		int ask(void)
		{
			struct addrinfo *list = NULL;
			int code = getaddrinfo("127.0.0.1", NULL, NULL, &list);
			if (code == 0)
				freeaddrinfo(list);
			return code;
		}
	END
	cat ask.c - >plain.c <<-'END'
		#ifdef ALSO
		void ALSO(void);
		void ALSO(void) { }
		#endif
		int main(void) { return ask(); }
	END
	echo 'int ask(void); int main(void) { return ask(); }' >caller.c
	echo 'int main(void) { return 0; }' >never.c
	echo 'void *gethostbyname(const char *name); void *gethostbyname(const char *name) { return (void)name, (void *)0; }' >own-name.c
	cat ask.c - >later-both.c <<-'END'
		int main(int argc, char **argv)
		{
			return argc > 9 ? getaddrinfo_a(GAI_WAIT, (struct gaicb **)argv, 1, NULL) : ask();
		}
	END
	cat >opener.c <<-'END'
		#include <dlfcn.h>
		#include <stddef.h>
		#ifndef FLAGS
		#define FLAGS 0
		#endif
		int main(void)
		{
			void *library = dlopen("./libask.so", RTLD_NOW | FLAGS);
			int (*ask)(void) = library != NULL ? (int (*)(void))dlsym(library, "ask") : NULL;
			return ask != NULL ? ask() : 1;
		}
	END
	cat >own.c <<-'END'
		#include <netdb.h>
		int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **res)
		{
			return host == 0 || service != 0 || hints != 0 || *res != 0;
		}
		int main(void)
		{
			struct addrinfo *list = 0;
			return getaddrinfo("127.0.0.1", 0, 0, &list);
		}
	END
	cat >call.c <<-'END'
		#include <arpa/inet.h>
		#include <netdb.h>
		int main(void)
		{
			struct sockaddr_in socket = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
			struct hostent found, *result;
			struct addrinfo *list;
			static char buffer[8192];
			int code;
			CALL;
			(void)socket, (void)found, (void)result, (void)list, (void)buffer, (void)code;
			return 0;
		}
	END
	cat >later.c <<-'END'
		#include <netdb.h>
		#include <unistd.h>
		int main(void)
		{
			static struct gaicb one = {.ar_name = "127.0.0.1"};
			struct gaicb *all[] = {&one};
			return getaddrinfo_a(GAI_WAIT, all, 1, 0);
		}
	END
	echo 'int getaddrinfo_a(void); int getaddrinfo_a(void) { return ask(); }' >anl.c
	cat >dns.c <<-'END'
		#include <resolv.h>
		int main(int argc, char **argv)
		{
			unsigned char answer[512];
			return argc > 9 && CALL;
		}
	END
	cat >machine-id.c <<-'END'
		#include <unistd.h>
		int main(void) { return gethostid() == 0x1234; }
	END
	cat >starter.c <<-'END'
		#include <unistd.h>
		int main(void) { return execl("./plain", "plain", (char *)0); }
	END
}

# A program for each call that the object stands in front of, which makes that call alone.
each_call() {
	while read -r call arguments; do
		cc -D_GNU_SOURCE -DCALL="$call($arguments)" -o "call-$call" call.c
		verdict "./call-$call" 'takes effect$' yes
	done <<-'END'
		getaddrinfo     "127.0.0.1", 0, 0, &list
		gethostbyname   "127.0.0.1"
		gethostbyname2  "127.0.0.1", AF_INET
		gethostbyname_r "127.0.0.1", &found, buffer, sizeof buffer, &result, &code
		gethostbyname2_r "127.0.0.1", AF_INET, &found, buffer, sizeof buffer, &result, &code
		gethostbyaddr   &socket.sin_addr, sizeof socket.sin_addr, AF_INET
		gethostbyaddr_r &socket.sin_addr, sizeof socket.sin_addr, AF_INET, &found, buffer, sizeof buffer, &result, &code
		getnameinfo     (struct sockaddr *)&socket, sizeof socket, buffer, sizeof buffer, 0, 0, 0
	END
	for call in $exports; do
		ok "$call: there is a program that makes that call alone" [ -x "call-$call" ]
	done
	# A function of the program's own is no call of libc's, but the other calls are.
	cc -rdynamic -o own-other caller.c own-name.c -L. -lask -Wl,-rpath,"$work"
	verdict ./own-other 'takes effect \(through libask\.so; but it has a gethostbyname of its own\)$' yes
	cc -rdynamic -o own-alone never.c own-name.c
	verdict ./own-alone 'no: it has a gethostbyname of its own, which comes before the object' no
}

# What stays libc's, alone and beside a call that is reached. Before glibc 2.34
# getaddrinfo_a was in a library of its own, which asks by getaddrinfo.
past_calls() {
	cc -D_GNU_SOURCE -o later later.c -lanl
	cc -D_GNU_SOURCE -o later-both later-both.c -lanl
	if [ "$(printf 'glibc 2.34\n%s\n' "$(getconf GNU_LIBC_VERSION)" | sort -V | head -n 1)" = 'glibc 2.34' ]; then
		verdict ./later 'no: it looks hosts up by getaddrinfo_a alone, which stays libc' no
		verdict ./later-both 'takes effect \(but getaddrinfo_a stays libc' yes
	else
		verdict ./later 'takes effect \(through libanl\.so\.1\)$' yes
		verdict ./later-both 'takes effect$' yes
	fi
	# The same on any release, with a library like that of 2.31.
	cc -shared -fPIC -Wl,-soname,libanl.so.1 -o libanl.so.1 -include ask.c anl.c
	cc -D_GNU_SOURCE -o later-31 later.c ./libanl.so.1 -Wl,-rpath,"$work"
	verdict ./later-31 'takes effect \(through libanl\.so\.1\)$' yes
	while read -r call arguments; do
		cc -DCALL="$call($arguments)" -o "dns-$call" dns.c -lresolv
		verdict "./dns-$call" "no: it asks DNS by itself \\($call, which stays libc" no
	done <<-'END'
		res_query argv[1], 1, 1, answer, sizeof answer
		res_search argv[1], 1, 1, answer, sizeof answer
		res_querydomain argv[1], argv[2], 1, 1, answer, sizeof answer
		res_send answer, 12, answer, sizeof answer
		res_nquery &_res, argv[1], 1, 1, answer, sizeof answer
		res_nsearch &_res, argv[1], 1, 1, answer, sizeof answer
		res_nquerydomain &_res, argv[1], argv[2], 1, 1, answer, sizeof answer
		res_nsend &_res, answer, 12, answer, sizeof answer
	END
	cc -DCALL='res_query(argv[1], 1, 1, answer, ask())' -include ask.c -o dns-both dns.c -lresolv
	verdict ./dns-both 'takes effect \(but res_query stays libc' no
	cc -o machine-id machine-id.c
	verdict ./machine-id 'no: it looks hosts up by gethostid alone, which stays libc' no
}

# In no need of anything but cc.
ordinary() {
	cc -o plain plain.c
	verdict ./plain 'takes effect$' yes
	cc -no-pie -o fixed plain.c
	verdict ./fixed 'takes effect$' yes
	strip -o stripped plain
	verdict ./stripped 'takes effect$' yes
	cc -shared -fPIC -o libask.so ask.c
	cc -o caller caller.c -L. -lask -Wl,-rpath,"$work"
	verdict ./caller 'takes effect \(through libask\.so\)$' yes
	cc -o opener opener.c -ldl
	verdict ./opener 'perhaps: .* opener opens libraries later; to know, try: gaishim --log=stderr' yes
	cc -DFLAGS=RTLD_DEEPBIND -o deep opener.c -ldl
	verdict ./deep 'perhaps: .* opens libraries later' no
	cc -o both -x c ask.c -x c opener.c -ldl
	verdict ./both 'takes effect \(libraries that it opens with RTLD_DEEPBIND may pass by\)' yes
	cc -o own own.c
	verdict ./own 'no: it has a getaddrinfo of its own' no
	cc -o starter starter.c
	verdict ./starter 'perhaps: .*check the programs that it starts' yes
	cc -o never never.c
	verdict ./never 'no: neither it nor a library of it looks a host up' no
	cc -rdynamic -DALSO=ares_init -o cares plain.c
	verdict ./cares 'perhaps: .*resolver of its own as well \(c-ares inside\)' yes
	cc -rdynamic -DALSO=evdns_base_new -o evdns plain.c
	verdict ./evdns 'perhaps: .*resolver of its own as well \(libevent\)' yes
	cc -shared -fPIC -Wl,-soname,libcares.so.2 -o libcares.so.2 never.c
	cc -Wl,--no-as-needed -o linked plain.c ./libcares.so.2 -Wl,-rpath,"$work"
	verdict ./linked 'perhaps: .*resolver of its own as well \(libcares\.so\.2\)' yes
	cc -Wl,--no-as-needed -o cares-only never.c ./libcares.so.2 -Wl,-rpath,"$work"
	verdict ./cares-only 'no: it asks DNS by itself \(libcares\.so\.2\)' no
	mkdir electron
	cp plain electron/app
	: >electron/chrome_100_percent.pak
	verdict ./electron/app 'perhaps: Chromium or Electron.*--disable-features=AsyncDns' yes
	cc -o lost caller.c -L. -lask
	verdict ./lost 'no: it does not start here: .*libask\.so' no
	LD_LIBRARY_PATH=$work
	export LD_LIBRARY_PATH
	verdict ./lost 'takes effect' yes
	unset LD_LIBRARY_PATH
	if can "static" cc -w -static -o static plain.c; then
		verdict ./static 'no: static: .*; use a dynamically linked build' no
	fi
	if can "static-pie" cc -w -static-pie -fPIE -o static-pie plain.c; then
		verdict ./static-pie 'no: static: ' no
	fi
	verdict ./libask.so 'no: a shared library, not a program' no
	! command -v busybox >/dev/null || case $(reached busybox wget -q http://localhost:1/) in
	yes) verdict busybox 'takes effect' yes busybox wget -q http://localhost:1/ ;;
	no) verdict busybox 'no: static' no busybox wget -q http://localhost:1/ ;;
	esac

	# e_machine is at 18: RISC-V, or s390 where that is what runs here.
	cp plain foreign
	printf '\363' | dd of=foreign bs=1 seek=18 conv=notrunc 2>/dev/null
	cmp -s plain foreign && printf '\026' | dd of=foreign bs=1 seek=18 conv=notrunc 2>/dev/null
	verdict ./foreign "no: another architecture: it is for [a-z0-9]*, the object for $(uname -m); there is no object for it" no
	cp plain arm64
	printf '\267' | dd of=arm64 bs=1 seek=18 conv=notrunc 2>/dev/null
	cmp -s plain arm64 || verdict ./arm64 \
		"no: another architecture: it is for aarch64, the object for $(uname -m); take gaishim's archive or package for aarch64" no
	cp plain broken
	dd if=plain of=broken bs=1 count=10 2>/dev/null
	verdict ./broken 'perhaps: .*readelf cannot read it' no
	if can musl command -v musl-gcc; then
		musl
	fi
}

# What is here of glibc is there, too, for musl's loader takes libc.so.6 for itself.
musl() {
	musl-gcc -o musl plain.c
	verdict ./musl 'takes effect$' yes
	musl-gcc -o musl-caller caller.c -L. -lask -Wl,-rpath,"$work"
	verdict ./musl-caller 'takes effect \(through libask\.so\)$' yes
	musl-gcc -o musl-lost caller.c -L. -lask
	verdict ./musl-lost 'no: it does not start here: libask\.so is missing' no
	musl-gcc -o musl-id machine-id.c
	verdict ./musl-id 'no: neither it nor a library of it looks a host up' no
	# A constructor does not run when musl's loader lists.
	echo "void start(void) __attribute__((constructor)); void start(void) { __builtin_trap(); }" >trap.c
	musl-gcc -o musl-trap plain.c trap.c
	check ./musl-trap
	is "a musl program is not run" "$out" './musl-trap: takes effect'
	# Older ones, by what their loader says of itself.
	loader=$(echo /lib/ld-musl-*)
	printf '#!/bin/sh\nprintf "musl libc (some)\\nVersion 1.1.23\\n" >&2\n' >old-loader
	chmod 755 old-loader
	# shellcheck disable=SC2016 # for the inner shell
	if can "an old musl" unshare -m mount --bind /etc /etc; then
		out=$(unshare -m sh -c 'mount --bind old-loader "$0" && "$1" check ./musl' "$loader" "$tree/scripts/gaishim" 2>&1)
		like "an old musl" "$out" '^\./musl: no: musl 1\.1\.23: the object steps aside before 1\.1\.24'
	fi
}

go() {
	echo note >note
	objcopy --add-section .note.go.buildid=note never go-never
	verdict ./go-never 'no: Go without cgo: build it with CGO_ENABLED=1' no
	objcopy --add-section .go.buildinfo=note plain go-plain
	verdict ./go-plain 'perhaps: Go asks libc only when .*GODEBUG=netdns=cgo' yes
	for value in netdns=cgo netdns=2+cgo netdns=cgo+1 http2debug=1,netdns=cgo; do
		GODEBUG=$value
		export GODEBUG
		verdict ./go-plain 'takes effect' yes
	done
	for value in netdns=go xnetdns=cgo netdns=cgox; do
		GODEBUG=$value
		check ./go-plain
		is "GODEBUG=$value changes nothing" "$status" 3
	done
	unset GODEBUG
	if [ -e static ]; then
		objcopy --add-section .note.go.buildid=note static go-static
		verdict ./go-static 'no: Go without cgo, static' no
	fi
}

sanitizers() {
	for compiler in gcc clang; do
		can "$compiler" command -v $compiler || continue
		case $compiler in
		gcc) shared='' static=-static-libasan library=libasan.so ;;
		clang)
			shared=-shared-libasan static='' library=libclang_rt.asan-$(uname -m).so
			LD_LIBRARY_PATH=$(dirname "$(clang -print-file-name="$library")")
			export LD_LIBRARY_PATH
			;;
		esac
		# shellcheck disable=SC2086 # none, or one word
		if can "$compiler -fsanitize=address" $compiler -fsanitize=address $shared -o asan-$compiler plain.c; then
			verdict ./asan-$compiler "no: AddressSanitizer \($library.*\) insists on being first.*ASAN_OPTIONS=verify_asan_link_order=0" no
			for options in verify_asan_link_order=0 detect_leaks=0:verify_asan_link_order=false; do
				ASAN_OPTIONS=$options
				export ASAN_OPTIONS
				verdict ./asan-$compiler 'takes effect' yes
				unset ASAN_OPTIONS
			done
			runtime=$($compiler -print-file-name="$library")
			LD_PRELOAD=$runtime ASAN_OPTIONS=detect_leaks=0 check ./asan-$compiler
			is "$compiler's runtime preloaded first: status" "$status" 0
			is "and it is reached" "$(reached env LD_PRELOAD="$runtime:$object" ./asan-$compiler)" yes
		fi
		unset LD_LIBRARY_PATH
		# shellcheck disable=SC2086
		if can "$compiler $static" $compiler -fsanitize=address $static -o asan-static-$compiler plain.c; then
			verdict ./asan-static-$compiler 'takes effect' yes
		fi
		for kind in thread undefined; do
			can "$compiler -fsanitize=$kind" $compiler -fsanitize=$kind -o $kind-$compiler plain.c || continue
			verdict ./$kind-$compiler 'takes effect' yes
		done
	done
}

scripts() {
	script plain.s "#!$work/plain"
	verdict ./plain.s "takes effect \(a script for $work/plain\)" yes
	script caller.s "#! $work/caller -x"
	verdict ./caller.s "takes effect \(a script for $work/caller: through libask.so\)$" yes
	script second.s "#!$work/plain.s"
	verdict ./second.s "takes effect \(a script for $work/plain.s: a script for" yes
	script shell.s '#!/bin/sh' ./plain
	verdict ./shell.s 'perhaps: a script for /bin/sh: check the programs that it starts' yes
	PATH=$work:$PATH
	script env.s '#!/usr/bin/env plain'
	verdict ./env.s "takes effect \(a script for $work/plain\)" yes
	script env-S.s '#!/usr/bin/env -S A=b plain -x'
	verdict ./env-S.s 'takes effect' yes
	script env-S2.s '#!/usr/bin/env -Splain -x'
	verdict ./env-S2.s 'takes effect' yes
	script env-i.s '#!/usr/bin/env -iS plain'
	verdict ./env-i.s 'perhaps: .*option of env' no
	script env-i2.s "#!/usr/bin/env -S -i $work/plain"
	verdict ./env-i2.s 'no: its env starts the interpreter without a variable' no
	script env-set.s '#!/usr/bin/env -S LD_PRELOAD= plain'
	verdict ./env-set.s 'no: its first line sets LD_PRELOAD' no
	script env-none.s '#!/usr/bin/env nowhere'
	verdict ./env-none.s 'no: its interpreter nowhere is not there' no
	script none.s '#!/nowhere/at all'
	verdict ./none.s 'no: its interpreter /nowhere/at is not there' no
	script dos.s "$(printf '#!/bin/sh\r')"
	verdict ./dos.s 'no: its interpreter /bin/sh\? is not there' no
	script loop.s "#!$work/loop.s"
	verdict ./loop.s 'no: .*and so on' no
	script text 'echo'
	verdict ./text 'perhaps: neither an ELF program nor a script' no
	script static.s "#!$work/static"
	[ ! -e static ] || verdict ./static.s 'no: a script for .*/static: static' no
	: >empty
	chmod 755 empty
	verdict ./empty 'no: it is empty' no
	ln -s plain link
	ln -s link link2
	verdict ./link2 'takes effect' yes
	ln -s /usr/bin/env ./env-link
	check plain
	is "found on PATH" "$out" "plain: takes effect"
	mkdir 'a b'
	cp plain 'a b/c*d'
	check './a b/c*d'
	is "a name with a space and a star" "$out" './a b/c*d: takes effect'
}

script() {
	printf '%s\n' "$2" "${3-}" >"$1"
	chmod 755 "$1"
}

# Nothing of a program is run: not its interpreter, nor its constructors, nor an
# audit library, which the loader would run even to list.
traps() {
	echo '#include <fcntl.h>
	static int spring(void) { return open("'"$TMP/sprung"'", O_CREAT | O_WRONLY, 0666); }' >trap.h
	echo '#include "trap.h"
	unsigned la_version(unsigned version); unsigned la_version(unsigned version) { spring(); return version; }' >audit.c
	echo '#include "trap.h"
	__attribute__((constructor)) static void start(void) { spring(); } int main(void) { return 0; }' >start.c
	cc -shared -fPIC -o audit.so audit.c
	cc -o audited plain.c -Wl,--audit,"$work/audit.so"
	cc -o dep-audited plain.c -Wl,-P,"$work/audit.so"
	cc -o ld-linux-trap.so.2 start.c
	cc -o interpreted plain.c -Wl,--dynamic-linker,"$work/ld-linux-trap.so.2"
	cc -shared -fPIC -o libtrap.so start.c
	cc -Wl,--no-as-needed -o starts start.c ./libtrap.so
	for program in audited dep-audited interpreted starts; do
		rm -f "$TMP/sprung"
		case $program in
		starts) ere='no: ' ;;
		interpreted) ere='perhaps: its loader, .*ld-linux-trap.so.2, is not the system' ;;
		*) ere='perhaps: it names an audit library' ;;
		esac
		for reader in eu-readelf readelf llvm-readelf; do
			readers_path $reader || continue
			PATH=$TMP/bin check "./$program"
			like "$program: $reader: verdict" "$out" "^./$program: $ere"
		done
		ok "$program: nothing of it has run" [ ! -e "$TMP/sprung" ]
		case $program in
		interpreted) ./ld-linux-trap.so.2 --list ./interpreted ;;
		*) "./$program" ;;
		esac >/dev/null 2>&1
		case $program$(getconf GNU_LIBC_VERSION) in
		*audited'glibc 2.31') skip "$program: though it would have" "glibc 2.31 knows no audit libraries of a program's own" ;;
		*) ok "$program: though it would have" [ -e "$TMP/sprung" ] ;;
		esac
	done
}

# readers_path READER: the tools that check needs, and no reader but that. It does without
# getcap.
readers_path() {
	rm -rf "${TMP:?}/bin"
	mkdir "$TMP/bin"
	for tool in getcap sh sed awk od tr head tail env ls id grep df readlink dirname cat "$@"; do
		ln -s "$(command -v "$tool")" "$TMP/bin/$tool" 2>/dev/null || [ "$tool" = getcap ] || return
	done
}

# What is here, by each reader and under each shell: the same lines. But the sanitizers have
# many symbols.
readers() {
	set -- "$(command -v env)"
	for program in "$work"/*; do
		case ${program##*/} in
		asan-* | thread-* | undefined-*) continue ;;
		esac
		[ ! -f "$program" ] || [ ! -x "$program" ] || set -- "$@" "$program"
	done
	wanted=''
	for reader in readelf eu-readelf llvm-readelf od; do
		if ! command -v $reader >/dev/null; then
			skip "$reader reads the same" "not installed"
			continue
		fi
		readers_path $reader
		PATH=$TMP/bin:/usr/bin/none check "$@"
		lines=$(printf '%s\n' "$out" | sed "s/perhaps: $reader cannot/perhaps: readelf cannot/")
		is "$reader reads the same" "$lines" "${wanted:-$lines}"
		wanted=$lines
		is "$reader: a line a program" "$(printf '%s\n' "$lines" | grep -c .)" $#
	done
	for shell in dash 'bash --posix' bash 'busybox sh'; do
		if $shell -c : 2>/dev/null; then
			shell=$(command -v "${shell%% *}")${shell#"${shell%% *}"}
			PATH=$TMP/bin check "$@"
			is "under $shell the same" "$(printf '%s\n' "$out" | sed 's/perhaps: [a-z-]* cannot read/perhaps: readelf cannot read/')" "$wanted"
		else
			skip "under $shell" "not installed"
		fi
	done
	shell=''
}

usage() {
	check
	is "no PROGRAM: status" "$status" 2
	like "no PROGRAM is said" "$(cat "$TMP/err")" 'PROGRAM is missing'
	for option in -x --jsn --log=x; do
		check $option ./plain
		is "$option: status" "$status" 2
		like "$option: what is allowed" "$(cat "$TMP/err")" 'allowed are --json and --help'
		is "$option: nothing is checked" "$out" ''
	done
	check --help
	is "--help" "$status" 0
	is "it fits a screen" "$(printf '%s\n' "$out" | awk 'length > 82 || NR > 24')" ''
	: >data
	for program in ./nowhere nowhere-on-path ./data /tmp; do
		check "$program"
		is "$program: status" "$status" 1
		like "$program: an error line" "$(cat "$TMP/err")" "^gaishim: check: $program: (not found|may not be executed)$"
		is "$program: and no verdict" "$out" ''
	done
	cp plain ./-plain
	check -- -plain
	is "-- ends the options" "$status $out" "0 -plain: takes effect"
	while read -r wanted programs; do
		# shellcheck disable=SC2086 # words
		check $programs
		is "$programs: status" "$status" "$wanted"
	done <<-'END'
		0 ./plain ./caller
		1 ./plain ./own
		1 ./own ./plain
		3 ./plain ./opener
		1 ./opener ./own ./plain
		1 ./nowhere ./opener
	END
	mv "$object" "$TMP/kept.so"
	check ./plain
	is "no object: status" "$status" 125
	mv "$TMP/kept.so" "$object"
	if python3 -c '' 2>/dev/null; then
		check --json ./plain ./own ./opener ./nowhere "$(printf './a"\\\n\377')"
		is "--json: status" "$status" 1
		is "--json" "$(printf '%s\n' "$out" | python3 -c 'import json, sys
for told in json.load(sys.stdin)["programs"]:
    print(ascii(told["program"]), told["verdict"], told["reason"][:9])' 2>&1)" "'./plain' yes 
'./own' no it has a 
'./opener' perhaps nothing t
'./nowhere' error not found
'./a\"\\\\\\n\\ufffd' error not found"
	else
		skip "--json" "no python3 to read it"
	fi
}

# user COMMAND...: as one without rights, to whom set-id programs give some.
user() {
	setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}

# user_verdict PROGRAM ERE REACHED [SETPRIV-OPTION]
user_verdict() {
	out=$(user ${4:+"$4"} "$tree/scripts/gaishim" check "$1" 2>&1)
	like "a user: $1: $2" "$out" "^$1: $2"
	log=$(user ${4:+"$4"} env LD_PRELOAD="$object" GAISHIM_LOG=stderr "$1" 2>&1 | grep -c ' host=')
	is "a user: $1: it is reached: $3" "$(if [ "$log" -gt 0 ]; then echo yes; else echo no; fi)" "$3"
}

privileges() {
	if [ "$(id -u)" -ne 0 ] || ! user true 2>/dev/null; then
		skip "setuid, setgid and file capabilities" "not root, or there is no setpriv(1)"
		return
	fi
	for name in setuid setgid other group locks both cap; do
		cp plain $name
	done
	chmod 4755 setuid
	chmod 2755 setgid
	chown 1 other
	chmod 4755 other
	chgrp 1 group
	chmod 2755 group
	chown 0:1 locks
	chmod 2745 locks
	chmod 6755 both
	chmod 711 caller
	if ! user "$work/plain" || [ "$(user sh -c "cd '$work' && ./setuid; id -u" 2>/dev/null)" != 65534 ]; then
		skip "setuid, setgid and file capabilities" "a user cannot come to $work"
		return
	fi
	if grep -q '^NoNewPrivs:.*1' /proc/self/status || awk -v mount="$(df -P "$work" | sed -n '2s/.* //p')" \
		'$2 == mount { options = $4 } END { exit options !~ /nosuid/ }' /proc/mounts; then
		skip "setuid, setgid and file capabilities" "they count for nothing in $work"
		return
	fi
	advice=".*; 'gaishim enable --system' reaches it"
	for program in setuid setgid both; do
		verdict ./$program "takes effect \(for this user, not for others: set.*\)" yes
		user_verdict ./$program "no: set[ug]id.*$advice" no
		user_verdict ./$program "takes effect \(set.*, without effect here" yes --no-new-privs
	done
	verdict ./other "no: setuid: $advice" no
	verdict ./group "no: setgid: $advice" no
	user_verdict ./locks 'takes effect$' yes
	user_verdict ./caller 'perhaps: this user may execute the program, but not read it' yes
	chmod 4711 both
	user_verdict ./both "no: setuid: " no
	chmod 4755 both
	if can "file capabilities" setcap cap_net_raw+ep cap; then
		verdict ./cap "takes effect \(for this user, not for others: file capabilities\)" yes
		user_verdict ./cap "no: file capabilities: $advice" no
		if command -v getfattr >/dev/null; then
			readers_path readelf && rm "$TMP/bin/getcap" && ln -s "$(command -v getfattr)" "$TMP/bin/"
			out=$(cd "$work" && user env PATH="$TMP/bin" "$tree/scripts/gaishim" check ./cap)
			like "getfattr finds file capabilities too" "$out" 'no: file capabilities'
		fi
	fi
}

# Where nothing tells file capabilities, check says so.
untold() {
	if ! unshare -rm mount -t tmpfs none /usr/sbin 2>/dev/null; then
		skip "nothing tells file capabilities" "a mount namespace is not permitted here"
		return
	fi
	readers_path readelf && rm -f "$TMP/bin/getcap"
	# shellcheck disable=SC2016 # the inner shell's
	out=$(unshare -rm sh -c 'mount -t tmpfs none /usr/sbin; mount -t tmpfs none /sbin; PATH=$1; "$2" check "$3"' \
		sh "$TMP/bin" "$tree/scripts/gaishim" "$(command -v getent)" 2>&1)
	like "nothing tells file capabilities" "$out" 'file capabilities not checked: no getcap or getfattr here'
}

# With the object in an /etc/ld.so.preload of one's own, where the loader takes it
# for setuid programs as well: they show what is mapped into them.
everywhere() {
	cp "$(command -v cat)" cat-setuid 2>/dev/null
	if [ "$(id -u)" -ne 0 ] || ! unshare -m mount --bind /etc /etc 2>/dev/null; then
		skip "/etc/ld.so.preload" "not root, or a mount namespace is not permitted here"
		return
	fi
	chown 1 cat-setuid
	chmod 4755 cat-setuid
	chown 1 setuid 2>/dev/null
	chmod 4755 setuid
	mkdir "$TMP/etc"
	# shellcheck disable=SC2016 # the inner shell's
	out=$(unshare -m sh -c '
		cp -a /etc/. "$1/etc" 2>/dev/null
		mount --bind "$1/etc" /etc
		printf "# all\n%s\n" "$2" >/etc/ld.so.preload
		"$1/tree/scripts/gaishim" check ./setuid
		./cat-setuid /proc/self/maps | grep -c "$2"' sh "$TMP" "$object")
	like "/etc/ld.so.preload reaches setuid programs" "$out" '^./setuid: takes effect \(setuid: by /etc/ld.so.preload'
	like "and so it does" "$out" '^[1-9][0-9]*$'
	is "as the environment does not" "$(LD_PRELOAD=$object ./cat-setuid /proc/self/maps | grep -c "$object")" 0
}

# Programs of this machine, in a network without anything, held against a lookup of a
# name that there is not.
machine() {
	for alone in -n -rn; do
		unshare $alone true 2>/dev/null && break
		alone=''
	done
	if [ -z "$alone" ]; then
		skip "programs of this machine" "a network namespace is not permitted here"
		return
	fi
	echo 'class Ask { public static void main(String[] a) throws Exception { java.net.InetAddress.getByName("no.invalid"); } }' >Ask.java
	while IFS='|' read -r program ere wanted command; do
		if ! command -v "$program" >/dev/null; then
			skip "$program" "not installed"
		elif [ "$program" = java ] && ! { command -v javac >/dev/null && javac Ask.java 2>/dev/null; }; then
			skip "$program" "no javac for a class that asks"
		else
			# shellcheck disable=SC2086 # one word
			verdict "$program" "$ere" "$wanted" unshare $alone sh -c "$command"
		fi
	done <<-'END'
		curl|takes effect \(through libcurl|yes|curl -s -m 9 http://no.invalid/
		wget|takes effect|yes|wget -q -T 9 -t 1 -O- http://no.invalid/
		git|takes effect|yes|git ls-remote git://no.invalid/x
		getent|takes effect|yes|getent ahosts no.invalid
		getent|takes effect|yes|getent hosts no.invalid
		perl|takes effect|yes|perl -e 'gethostbyname("no.invalid")'
		bash|takes effect|yes|bash -c ': </dev/tcp/no.invalid/80'
		ssh|takes effect|yes|ssh -F none no.invalid
		ping|takes effect|yes|ping -c 1 no.invalid
		/usr/bin/python3|takes effect|yes|/usr/bin/python3 -c 'import socket; socket.getaddrinfo("no.invalid", 1)'
		perl|takes effect|yes|perl -MSocket=getaddrinfo -e 'getaddrinfo("no.invalid")'
		node|perhaps: .*c-?ares|yes|node -e 'require("dns").lookup("no.invalid", function () {})'
		node|perhaps: .*c-?ares|no|node -e 'require("dns").resolve4("no.invalid", function () {})'
		java|perhaps: .*libjli.so opens|yes|java -cp . Ask
		env|perhaps: .*programs that it starts|yes|env getent ahosts no.invalid
		dash|perhaps: .*programs that it starts|yes|dash -c 'getent ahosts no.invalid'
		su|takes effect|no|su --version
	END
}

command -v cc >/dev/null || skip_all "no C compiler"
command -v readelf >/dev/null || command -v eu-readelf >/dev/null || command -v llvm-readelf >/dev/null ||
	skip_all "no readelf"
sources
ordinary
each_call
past_calls
go
sanitizers
scripts
traps
usage
readers
privileges
everywhere
untold
machine
done_testing
