#!/bin/sh
# SPDX-License-Identifier: MIT
# `gaishim status`: one line, whether it is on here, how, and which version; the other
# short questions; and what is meant by a word that is almost a subcommand.

. tests/lib/tap.sh
unset LD_PRELOAD

tree=$TMP/tree
checkout "$tree"
unset GAISHIM_SO
object=$tree/build/libgaishim.so
version=$(sed -n 's/^VERSION = //p' Makefile)

# gaishim ARG...: leaves the exit status in $status, what it wrote in $out.
gaishim() {
	# shellcheck disable=SC2086 # a shell may be two words
	out=$($shell "$tree/scripts/gaishim" "$@" 2>&1)
	status=$?
}

# says NAME STATUS ERE: in one line.
says() {
	is "$1: status" "$status" "$2"
	like "$1" "$out" "^gaishim $version: $3"
	is "$1: in one line" "$(printf '%s\n' "$out" | wc -l)" 1
}

states() {
	gaishim status
	says "off" 1 'off here'
	LD_PRELOAD=libm.so.6:$object gaishim status
	says "by LD_PRELOAD" 0 "on here, by LD_PRELOAD: $object\$"
	LD_PRELOAD="libm.so.6 $object" gaishim status
	says "after a blank" 0 "on here, by LD_PRELOAD: $object\$"
	LD_LIBRARY_PATH=$tree/build LD_PRELOAD=libgaishim.so gaishim status
	says "by a name that the loader looks for" 0 "on here, by LD_PRELOAD: libgaishim.so\$"
	LD_PRELOAD=libgaishim.so gaishim status 2>/dev/null
	like "by a name that it does not find" "$status $(printf '%s\n' "$out" | tail -n 1)" \
		"^1 gaishim $version: off here: LD_PRELOAD names libgaishim.so, which the loader does not take"
	cp -R "$tree" "$TMP/copy"
	LD_LIBRARY_PATH=$TMP/copy/build LD_PRELOAD=libgaishim.so gaishim status
	says "another copy by a name" 0 "on here, by LD_PRELOAD: libgaishim.so, not $object\$"
	LD_PRELOAD=$TMP/copy/build/libgaishim.so gaishim status
	says "another copy" 0 "on here, by LD_PRELOAD: $TMP/copy/build/libgaishim.so, not $object\$"
	rm -r "$TMP/copy"
	ln -s "$tree" "$TMP/link"
	LD_PRELOAD=$TMP/link/build/libgaishim.so gaishim status
	says "by another name" 0 "on here, by LD_PRELOAD: $TMP/link/build/libgaishim.so\$"
	rm "$TMP/link"
	LD_PRELOAD=$TMP/none/libgaishim.so gaishim status 2>/dev/null
	like "a file that is not there" "$status $(printf '%s\n' "$out" | tail -n 1)" \
		"^1 gaishim $version: off here: LD_PRELOAD names $TMP/none/libgaishim.so, which the loader does not take.*doctor"
	for value in 1 true yes on; do
		LD_PRELOAD=$object GAISHIM_DISABLE=$value gaishim status
		says "GAISHIM_DISABLE=$value" 1 "off here: $object is loaded by LD_PRELOAD, but GAISHIM_DISABLE=$value"
	done
	LD_PRELOAD=$object GAISHIM_DISABLE=0 gaishim status
	says "GAISHIM_DISABLE=0" 0 'on here'
	mv "$object" "$object.away"
	gaishim status
	says "no object" 1 "off here, and $object is not there: run 'make'"
	mv "$object.away" "$object"
	for words in 'status --json' 'status now'; do
		# shellcheck disable=SC2086 # words
		gaishim $words
		is "$words is refused" "$status" 2
	done
}

# short NAME LONG: the one is as good as the other.
short() {
	gaishim "$2"
	wanted=$out
	gaishim "$1"
	is "$1 is $2" "$status $out" "0 $wanted"
}

# suggests WORD NAME: that is asked, with status 127.
suggests() {
	gaishim "$1" x
	is "$1: status" "$status" 127
	like "$1: did you mean $2?" "$out" "$1: not found; did you mean 'gaishim $2'\?"
}

words() {
	short help --help
	short -h --help
	short version --version
	short -V --version
	for word in nonsense '' --json; do
		gaishim help "$word"
		is "help for '$word' is refused" "$status" 2
		gaishim -h "$word"
		like "-h with '$word' behind it is help" "$status $out" '^0 usage: gaishim '
	done
	for pair in doctr:doctor docter:doctor doctorr:doctor odctor:doctor enabel:enable nable:enable enable1:enable \
		disabel:disable disabl:disable chek:check checks:check staus:status ststus:status hlep:help versoin:version evn:env; do
		suggests "${pair%:*}" "${pair#*:}"
	done
	for word in no-such-program doct xdoctorx '*' '?????r' 'enable disable'; do
		gaishim "$word"
		is "'$word': status" "$status" 127
		is "'$word': nothing is guessed" "$(printf '%s\n' "$out" | grep 'did you mean')" ''
	done
	printf '#!/bin/sh\necho "a program"\n' >"$TMP/doctr"
	chmod 755 "$TMP/doctr"
	gaishim "$TMP/doctr"
	is "a program of that name is run, by its path" "$out" 'a program'
	PATH=$TMP:$PATH gaishim doctr
	is "a program of that name is run, from the PATH" "$out" 'a program'
	cp "$TMP/doctr" "$TMP/status"
	PATH=$TMP:$PATH gaishim -- status
	is "so is one that is called as a subcommand, after --" "$out" 'a program'
	rm "$TMP/doctr" "$TMP/status"
}

for shell in dash 'bash --posix' bash 'busybox sh'; do
	if ! $shell -c : 2>/dev/null; then
		skip "under $shell" "not installed"
		continue
	fi
	echo "# under $shell"
	states
	words
done

# With an /etc of its own.
shell=''
for how in -m -rm; do
	unshare "$how" mount --bind /etc /etc 2>/dev/null && break
	how=''
done
if [ -z "$how" ]; then
	skip "by /etc/ld.so.preload" "a mount namespace is not permitted here"
else
	# shellcheck disable=SC2016 # the inner shell's
	out=$(unshare "$how" sh -c 'mkdir "$1/etc" && cp -a /etc/. "$1/etc" 2>/dev/null; mount --bind "$1/etc" /etc &&
		echo "$2" >/etc/ld.so.preload && "$0" status' "$tree/scripts/gaishim" "$TMP" "$object" 2>&1)
	status=$?
	says "by /etc/ld.so.preload" 0 "on here, by /etc/ld.so.preload: $object\$"
fi
done_testing
