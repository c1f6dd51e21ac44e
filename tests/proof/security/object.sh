#!/bin/sh
# SPDX-License-Identifier: MIT
# What the object could do at all: which functions it asks libc for. How it is
# mapped is tests/preload/loader/object.sh's.

. tests/lib/tap.sh
command -v readelf >/dev/null || skip_all "no readelf (binutils)"

imports=$(readelf --dyn-syms -W "${GAISHIM_SO:?}" | awk '$7 == "UND" { sub(/@.*/, "", $8); print $8 }')

# lacks NAME ERE: no function is of that kind.
lacks() {
	is "$1" "$(printf '%s\n' "$imports" | grep -Ex -- "$2")" ''
}

like "asks libc for functions" "$imports" '^secure_getenv$'
lacks "reads the environment by secure_getenv alone" 'getenv|environ|__environ|putenv|setenv'
lacks "starts no program" 'system|popen|exec.*|posix_spawn.*|fork|vfork|clone'
lacks "loads no object" '_*dlm?open.*|dlsym|dlvsym'
lacks "opens no socket, sends nothing" 'socket|connect|bind|send.*|recv.*|res_.*'
lacks "changes and removes no file" \
	'unlink.*|rename.*|remove|chmod|fchmod.*|chown|f?truncate.*|mkdir|mknod|link|symlink'
lacks "changes no memory's protection" 'mprotect|pkey_.*'
lacks "changes no rights, no limits" 'set.?.?.?[ug]id|setgroups|setrlimit|capset'
is "calls prctl to name its threads, and for nothing else" \
	"$(grep -rh 'prctl(' shim | sed 's/^[ \t]*//')" 'prctl(PR_SET_NAME, "gaishim");'
lacks "takes no unbounded string" 'gets|sprintf|vsprintf|strcat|scanf|sscanf|__.*scanf'

if command -v nm >/dev/null && [ -e "$BUILD/shim/calls/getaddrinfo.o" ]; then
	is "our own code does not end a process, or print" \
		"$(nm -u "$BUILD"/shim/*.o "$BUILD"/shim/*/*.o |
		grep -Ew 'abort|_?_?exit|_Exit|raise|kill|v?f?printf|puts|putchar|perror|__assert_fail')" ''
else
	skip "our own code does not end a process, or print" "no nm (binutils), or it was not built here"
fi

done_testing
