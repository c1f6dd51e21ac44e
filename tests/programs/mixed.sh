#!/bin/sh
# SPDX-License-Identifier: MIT
# Two libcs in one image: LD_PRELOAD goes on from a process of glibc to one of musl and back,
# here, and in a root with musl that some programs of glibc were put into. Each process starts
# and is served, and no loader says a word. Then programs of another word size or machine:
# they start without the object.

. tests/lib/tap.sh
unset LD_PRELOAD
musl=$(scripts/dev/musl-root bookworm "${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/gaishim/roots" 2>&1) ||
	skip_all "no root with musl: $(printf '%s\n' "$musl" | tail -n 1)"
musl_loader=/lib/ld-musl-$(uname -m).so.1

# Of these processes each becomes the next, and looks up an address of its own, by digits that
# only the object reads.
cat >"$TMP/step" <<'END'
n=$1 kind=$2
shift 2
host=１２７.0.0.$n
case $kind in
glibc) getent ahosts $host >/dev/null && echo "$n glibc" ;;
musl) $busybox wget -O /dev/null http://$host:1/ 2>&1 | $busybox grep -q 'Connection refused' && echo "$n musl" ;;
esac
case ${1-} in
glibc) exec dash "$0" $((n + 1)) "$@" ;;
musl) exec $busybox sh "$0" $((n + 1)) "$@" ;;
esac
END

# served NAME LOG COMMAND...: what the processes say, and what the log has.
served() {
	name=$1 log=$2
	shift 2
	out=$("$@" 2>"$TMP/err")
	is "$name: each finds its address" "$(printf '%s\n' "$out" | paste -s -d ' ')" "$wanted"
	is "$name: no loader says anything" "$(cat "$TMP/err")" ''
	is "$name: each is served" "$(sed -n 's/.* host="１２７\.0\.0\.\([0-9]\)" .* how=numeric answers=[^ ]* code=0 .*/\1/p' "$log" | paste -s -d ' ')" \
		'1 2 3 4'
}

# chains NAME LOG COMMAND...: from either libc.
chains() {
	chain_name=$1 chain_log=$2
	shift 2
	wanted='1 glibc 2 musl 3 glibc 4 musl'
	served "$chain_name, from glibc" "$chain_log" "$@" dash step 1 glibc musl glibc musl
	rm -f "$chain_log"
	wanted='1 musl 2 glibc 3 musl 4 glibc'
	served "$chain_name, from musl" "$chain_log" "$@" busybox sh step 1 musl glibc musl glibc
	rm -f "$chain_log"
}

# put FILE: a program of glibc into the root, with what it loads.
put() {
	for file in "$1" $(ldd "$1" | sed -n 's/^	\(.* => \)\{0,1\}\(\/[^ ]*\) (.*/\2/p'); do
		mkdir -p "$TMP/root${file%/*}"
		cp -L "$file" "$TMP/root$file"
	done
}

mkdir "$TMP/bin"
cp "$musl/bin/busybox" "$TMP/bin/"
export busybox=busybox
if ! command -v dash >/dev/null || ! command -v getent >/dev/null; then
	skip "a process of one libc after one of the other" "no dash and getent of glibc here"
else
	if [ -e "$musl_loader" ]; then
		chains "here" "$TMP/log" env -C "$TMP" PATH="$TMP/bin:$PATH" LD_PRELOAD="$GAISHIM_SO" GAISHIM_LOG="$TMP/log"
	else
		skip "here" "no $musl_loader: package musl"
	fi
	cp -a "$musl" "$TMP/root"
	put "$(command -v dash)"
	put "$(command -v getent)"
	cp "$GAISHIM_SO" "$TMP/step" "$TMP/root/tmp/"
	for how in '' -r; do
		# shellcheck disable=SC2086 # an option or none
		! unshare $how chroot "$TMP/root" /bin/true 2>/dev/null || break
		how=no
	done
	if [ "$how" = no ]; then
		skip "in a root with musl" "chroot is not permitted here"
	else
		# shellcheck disable=SC2086
		chains "in a root with musl" "$TMP/root/tmp/log" unshare $how chroot "$TMP/root" /bin/sh -c 'cd /tmp && exec "$@"' sh \
			env PATH=/usr/bin:/bin LD_PRELOAD=/tmp/libgaishim.so GAISHIM_LOG=/tmp/log
	fi
fi

# without NAME COMMAND...: it runs, and the loader says no more than that it leaves the object out.
without() {
	name=$1
	shift
	out=$("$@" 2>"$TMP/err")
	is "$name: it runs" "$? $out" '0 runs'
	is "$name: the loader's warning at most" "$(grep -v "^ERROR: ld\.so: object '$GAISHIM_SO' from LD_PRELOAD cannot be preloaded .*: ignored\.$" "$TMP/err")" ''
}

echo 'int puts(const char *text);
int main(void) { return puts("runs") < 0; }' >"$TMP/runs.c"
# gcc-multilib would do it all, and takes no compiler for arm64 beside itself.
set -- /usr/lib32/crt1.o /usr/lib32/crti.o -L/usr/lib32 -lc /usr/lib32/crtn.o
if gcc -m32 -fno-pie -no-pie -nostdlib -o "$TMP/runs-32" "$TMP/runs.c" "$@" 2>/dev/null && "$TMP/runs-32" >/dev/null 2>&1; then
	without "a program of 32 bits" env LD_PRELOAD="$GAISHIM_SO" "$TMP/runs-32"
else
	skip "a program of 32 bits" "none can be built and run here: package libc6-dev-i386"
fi
case $(uname -m) in
x86_64) other=aarch64 ;;
*) other=x86_64 ;;
esac
emulator=$(command -v "qemu-$other-static" || command -v "qemu-$other")
if [ -z "$emulator" ]; then
	skip "a program for $other" "no qemu-$other: package qemu-user-static"
elif ! "$other-linux-gnu-gcc" -o "$TMP/runs-$other" "$TMP/runs.c" 2>/dev/null; then
	skip "a program for $other" "no $other-linux-gnu-gcc"
else
	without "a program for $other" "$emulator" -L "/usr/$other-linux-gnu" -E "LD_PRELOAD=$GAISHIM_SO" "$TMP/runs-$other"
fi
done_testing
