#!/bin/sh
# SPDX-License-Identifier: MIT
# The next getaddrinfo, in whatever object it is: the shim finds what the loader's own
# dlsym(RTLD_NEXT) finds. Opened late, it finds one that nobody can close.
. tests/lib/tap.sh

dir=$BUILD/tests/preload/loader
fake=$BUILD/tests/lib/libfake.so
cc=${CC:-cc}
command -v "$cc" >/dev/null || skip_all "no compiler"

# told FIRST: what a program is told by FIRST, before that object and the fake resolver.
told() {
	LD_PRELOAD="$1:$TMP/kind.so:$fake" timeout -k 1 10 "$dir/load" -w plain.fake 2>&1 | tr '\n' ';'
}
passed_by="$(LD_PRELOAD=$fake "$dir/load" -w plain.fake | tr '\n' ';')"
taken='warm: plain.fake EAI -1234;done;'

# compile OBJECT SOURCE [FLAG...]
compile() {
	object=$1
	printf '%s\n' "$2" >"$TMP/source.c"
	shift 2
	"$cc" -shared -fPIC -O1 -w "$TMP/source.c" "$@" -o "$TMP/$object.so" 2>"$TMP/compile.out"
}

# ours STYLE TOLD WHAT SOURCE [FLAG...]: an object with hash tables of that style.
ours() {
	style=$1 told=$2 what="$1: $3" source=$4
	shift 4
	if compile kind "$source" -Wl,--hash-style="$style" "$@"; then
		is "$what: the shim" "$(told "$GAISHIM_SO")" "$told"
	else
		skip "$what" "the compiler says: $(grep -m 1 error "$TMP/compile.out")"
		return 1
	fi
}

# same STYLE TOLD WHAT SOURCE [FLAG...]: the same, and that the loader agrees.
same() {
	! ours "$@" || is "$1: $3: the loader" "$(told "$dir/libforward.so")" "$2"
}

is "the fake resolver answers" "${passed_by%::*}" "warm: plain.fake fd00"

body='(void) { return -1234; }'
plain="int getaddrinfo$body"
many=$(seq 300 | sed 's/.*/int f&(void) { return &; }/')
old='int old(void) { return -1235; } __asm__(".symver old, getaddrinfo@OLD");'
echo 'NEW { global: getaddrinfo; local: *; };' >"$TMP/new.map"
echo 'OLD { }; NEW { } OLD;' >"$TMP/both.map"

for style in gnu both sysv; do
	same "$style" "$taken" "a function" "$plain"
	same "$style" "$taken" "a function among 300" "$plain $many"
	same "$style" "$passed_by" "300 others" "$many"
	same "$style" "$passed_by" "no symbols" "" -nostdlib
	same "$style" "$taken" "a default version" "$plain" -Wl,--version-script="$TMP/new.map"
	# Before glibc 2.36 dlsym took these for what they are not.
	ours "$style" "$passed_by" "an old version" "$old" -Wl,--version-script="$TMP/both.map"
	ours "$style" "$taken" "an old version and a default one" \
		"$old int new$body __asm__(\".symver new, getaddrinfo@@NEW\");" -Wl,--version-script="$TMP/both.map"
	same "$style" "$taken" "a weak function" "__attribute__((weak)) $plain"
	same "$style" "$taken" "a protected function" "__attribute__((visibility(\"protected\"))) $plain"
	same "$style" "$passed_by" "a caller" "int getaddrinfo(void); int other(void) { return getaddrinfo(); }"
	same "$style" "$taken" "an indirect function" "static int it$body static void *choose(void) { return it; }
		void getaddrinfo(void) __attribute__((ifunc(\"choose\")));"
	same "$style" "$taken" "a label in assembler" \
		'int it(void) { __asm__ volatile(".globl getaddrinfo; getaddrinfo:"); return -1234; }'
done

# No caller survives what the loader finds here.
compile kind 'int getaddrinfo;' || cat "$TMP/compile.out"
is "data: the shim" "$(told "$GAISHIM_SO")" "$passed_by"

# Opened late: late [-p PLUGIN] OBJECT.
late() {
	timeout -k 1 10 "$dir/late" "$@" 127.0.0.1 localhost localhost 2>&1 | tr '\n' ';'
}
# Where /etc/hosts is missing libc does not know localhost, and the shim does.
answers="127.0.0.1 0;localhost 0;localhost 0;"
ok "a plugin that has a getaddrinfo" compile plugin "$plain" -Wl,-soname="$TMP/plugin.so"
ln -s "$GAISHIM_SO" "$TMP/libgaishim.so"
ok "a plugin that needs the shim, and that plugin behind it" compile needs "" \
	-Wl,--no-as-needed,-rpath,"$TMP" -L"$TMP" -lgaishim "$TMP/plugin.so"
is "opened late" "$(late "$GAISHIM_SO")" "$answers"
is "opened late, after a plugin" "$(late -p "$TMP/plugin.so" "$GAISHIM_SO")" "$answers"
is "opened late, before a plugin" "$(late "$TMP/needs.so")" "$answers"
is "opened late, after a preload and a plugin" "$(LD_PRELOAD=$fake late -p "$TMP/plugin.so" "$GAISHIM_SO")" "$answers"
is "opened late: a preload is asked, as by the program" \
	"$(LD_PRELOAD=$TMP/plugin.so late "$GAISHIM_SO")" "127.0.0.1 0;localhost -1234;localhost -1234;"

# The program takes the address of a function that only libc has. Where the program is not
# position-independent, that is an address of the program's own.
cat >"$TMP/program.c" <<'EOT'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <netdb.h>
#include <stdio.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **list)
{
	__typeof__(getaddrinfo) *next = (__typeof__(next))dlsym(RTLD_NEXT, "getaddrinfo");
	static int calls;

	return ++calls > 1 ? -1234 : next(node, service, hints, list);
}

__attribute__((noinline)) static void keep(const char *(*function)(void))
{
	__asm__ volatile("" : : "r"(function));
}

int main(void)
{
	struct addrinfo *list;

	keep(gnu_get_libc_version);
	return printf("%d\n", getaddrinfo("plain.fake", "80", NULL, &list)) < 0;
}
EOT
if "$cc" -O1 -w -no-pie -fno-pie -rdynamic "$TMP/program.c" -o "$TMP/program" -ldl 2>"$TMP/compile.out"; then
	is "a program with a getaddrinfo of its own, and an address of libc's: the shim's next is behind the shim" \
		"$(LD_PRELOAD=$GAISHIM_SO:$fake timeout -k 1 10 "$TMP/program" 2>&1)" 0
else
	skip "a program with an address of libc's" "the compiler says: $(grep -m 1 error "$TMP/compile.out")"
fi

# Another preload's gethostbyname may send a host anywhere, so it is asked itself; libc's own has
# a lock, so it is not.
cat >"$TMP/program.c" <<'EOT'
#include <netdb.h>
#include <stdio.h>

int main(void)
{
	static const char *const hosts[] = { "127.0.0.1", "plain.fake" };

	for (int i = 0; i < 2; i++) {
		struct hostent *answer = gethostbyname(hosts[i]);

		printf("%s;", answer == NULL ? "NULL" : answer->h_name);
	}
	return 0;
}
EOT
theirs='struct hostent { const char *name; } host = { "theirs" };
	struct hostent *gethostbyname(const char *name) { return &host; }'
if compile theirs "$theirs" && "$cc" -w "$TMP/program.c" -o "$TMP/program" 2>"$TMP/compile.out"; then
	is "another preload's gethostbyname is asked" \
		"$(LD_PRELOAD=$GAISHIM_SO:$TMP/theirs.so:$fake timeout -k 1 10 "$TMP/program" 2>&1)" 'theirs;theirs;'
	is "libc's gethostbyname is not: the form with a buffer is" \
		"$(LD_PRELOAD=$GAISHIM_SO:$fake timeout -k 1 10 "$TMP/program" 2>&1)" '127.0.0.1;canon-of.plain.fake;'
else
	skip "another preload's gethostbyname" "the compiler says: $(grep -m 1 error "$TMP/compile.out")"
fi

done_testing
