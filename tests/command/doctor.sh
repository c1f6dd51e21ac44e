#!/bin/sh
# SPDX-License-Identifier: MIT
# gaishim doctor: what it finds where all is well, and each thing that can be wrong,
# for people and as JSON.

# shellcheck disable=SC2317 # each_option calls functions
. tests/lib/tap.sh
. tests/lib/doctor.sh
unset LD_PRELOAD PYTHONPATH LD_LIBRARY_PATH
PATH=/usr/bin:/bin:$PATH # python3 itself, no starter of one
umask 022
chmod 755 "$TMP"

tree=$TMP/tree
checkout "$tree"
mkdir "$TMP/bin"
unset GAISHIM_SO
object=$tree/build/libgaishim.so
shell='' command=''
n='
'

# finds NAME STATUS CHECK ERE: one line about CHECK has that status and matches.
finds() {
	like "$1" "$(printf '%s\n' "$out" | grep "^$2  *$3: ")" "$4"
}

usage() {
	for arguments in --what -x what '--json what' --; do
		# shellcheck disable=SC2086 # words
		doctor -- $arguments
		is "doctor $arguments is refused" "$status" 2
		like "doctor $arguments says what is allowed" "$(cat "$TMP/err")" 'allowed are --json, --live HOST... and --help'
		is "doctor $arguments checks nothing" "$out" ''
	done
	doctor -- --help
	is "doctor --help" "$status" 0
	is "it fits a screen" "$(printf '%s\n' "$out" | awk 'length > 82 || NR > 24')" ''
	doctor --idn=perhaps
	is "the options for the object are read first" "$status" 2
}

# The name that it asks for is localhost, which libc does not know where /etc/hosts is missing.
name_is=ok name_how=''
getent ahosts localhost >/dev/null || name_is=note name_how=localhost

healthy() {
	doctor
	is "all is well: status" "$status" 0
	is "nothing on standard error" "$(cat "$TMP/err")" ''
	is "no line FAILED" "$(printf '%s\n' "$out" | grep FAILED)" ''
	is "every line is a finding" "$(printf '%s\n' "$out" | grep -Ev '^(ok {11}|note {9}|not checked  )[^ ]')" ''
	finds "the object" ok object "^ok +object: $object of gaishim $(sed -n 's/^VERSION = //p' Makefile) \(commit .*\)\$"
	finds "it loads" ok loads 'without a warning'
	finds "libc" ok libc ": $(getconf GNU_LIBC_VERSION) of "
	finds "a numeric host" ok 'numeric host' 'how=numeric'
	finds "a Unicode host" ok 'Unicode host' 'how=numeric'
	finds "a name through the table" "$name_is" name 'localhost.* how=(led|localhost)'
	finds "nothing else is preloaded" ok preload 'nothing but the object'
}

# The options that there are, as the command has them.
options=shim/options.def
# shellcheck source=scripts/commands/options.sh
. scripts/commands/options.sh

# in_row KIND OPTION VARIABLE HELP [WORD...]: VARIABLE DEFAULT, another value, and the option
# for that.
in_row() {
	case $1 in
	FLAG) printf '%s\n' "$3 0 1 $2" ;;
	FILENAME) printf '%s\n' "$3 none $TMP/log $2=$TMP/log" ;;
	NUMBER | SECONDS) printf '%s\n' "$3 $5 $7 $2=$7" ;;
	*) printf '%s\n' "$3 $5 $6 $2=$6" ;;
	esac
}
# Another lock than host switches others off.
settings=$(each_option in_row | grep -v ^GAISHIM_LOCK)

# finds_unknown KIND OPTION VARIABLE HELP [WORD...]: a value that the option does not take.
finds_unknown() {
	kind=$1 variable=$3
	[ "$kind" != FILENAME ] || return 0
	shift 4
	taken=$1
	name_allowed "$kind" "$@"
	for value in nonsense "$1 $2"; do
		export "$variable=$value"
		doctor
		is "$variable=$value: status" "$status" 1
		finds "$variable=$value is named" FAILED "$variable" \
			"'$value' \(environment\) is unknown.* takes $taken; allowed: $named$"
	done
	unset "$variable"
}

# told SOURCE FIELD: the variable has the value in that field of the table, from there.
told() {
	while read -r name default other _; do
		[ "$1" != default ] || other=$default
		finds "$name: $2" ok "$name" ": $other \($1\)$"
	done <<-END
		$settings
	END
}

settings() {
	doctor
	told default "as it is"
	# shellcheck disable=SC2046 # words
	doctor $(printf '%s\n' "$settings" | sed 's/.* //')
	told option "by its option"
	names=$(printf '%s\n' "$settings" | sed 's/ .*//')
	for name in $names; do
		export "$name="
	done
	doctor
	told default "empty"
	while read -r name _ other _; do
		export "$name=$other"
	done <<-END
		$settings
	END
	doctor
	told environment "from the environment"
	# shellcheck disable=SC2086 # words
	unset $names
	GAISHIM_LOCK=global doctor
	finds "a lock from the environment" ok GAISHIM_LOCK 'global \(environment\)'
	GAISHIM_LOCK=global doctor --lock=none
	finds "an option wins over the environment" ok GAISHIM_LOCK 'none \(option\)'
	GAISHIM_LOCK='' doctor
	finds "an empty lock is the default" ok GAISHIM_LOCK 'host \(default\)'

	doctor --hedge --lock=none
	is "options that do not go together: status" "$status" 2
	is "nothing is checked" "$out" ''
	GAISHIM_DEADLINE=.5 doctor --lock=none
	is "an option that does nothing: status" "$status" 1
	finds "an option that does nothing" FAILED GAISHIM_DEADLINE \
		'\.5 \(environment\) has no effect: GAISHIM_LOCK is none, not host; leave one of the two out$'
	GAISHIM_HEDGE=off GAISHIM_HOLD=0.0 GAISHIM_RETRY=3 doctor --lock=global
	is "options that are off are no failure" "$status" 0

	each_option finds_unknown
	GAISHIM_DISABLE=please GAISHIM_LOCK=all doctor
	finds "a flag that is unknown" FAILED GAISHIM_DISABLE \
		"'please' .* takes 0; allowed: 0, 1, false, true, no, yes, off and on$"
	finds "and a choice" FAILED GAISHIM_LOCK "'all' .* takes host; allowed: host, global and none$"
	GAISHIM_LOCK=all doctor
	is "one unknown value is enough" "$status" 1
	GAISHIM_ENABLED=absent GAISHIM_PATIENCE=3 doctor
	is "enable's own mark is no news, nor what was an option once" \
		"$(printf '%s\n' "$out" | grep 'ENABLED\|PATIENCE')" ''
	GAISHIM_LOCKS=host doctor
	finds "a variable that is none" note GAISHIM_LOCKS 'no such variable'
	is "is no failure" "$status" 0
}

# What is in force shows in the lookups, and what is off is not called ok.
in_force() {
	doctor --strict
	is "--strict is no failure" "$status" 0
	finds "--strict: a Unicode host is libc's" 'not checked' 'Unicode host' STRICT
	finds "--strict: a name goes through the table" "$name_is" name 'how=led'
	doctor --idn=off
	finds "--idn=off: no Unicode host" 'not checked' 'Unicode host' IDN=off
	for mode in none global; do
		doctor --lock=$mode
		finds "--lock=$mode: past the table" "$name_is" name "how=${name_how:-passed}"
	done
	doctor --disable
	is "--disable is no failure" "$status" 0
	finds "--disable is noted" note GAISHIM_DISABLE 'the object is switched off'
	for check in 'numeric host' 'Unicode host' name; do
		finds "--disable: $check" 'not checked' "$check" 'DISABLE=1'
	done
	GAISHIM_STRICT=yes doctor
	finds "GAISHIM_STRICT=yes is strict, too" 'not checked' 'Unicode host' STRICT=yes
	for value in true yes on; do
		GAISHIM_DISABLE=$value doctor
		finds "GAISHIM_DISABLE=$value is noted" note GAISHIM_DISABLE 'the object is switched off'
		finds "GAISHIM_DISABLE=$value: a name" 'not checked' name "DISABLE=$value: the object is switched off"
	done
	GAISHIM_DISABLE=off doctor
	is "GAISHIM_DISABLE=off is none" "$(printf '%s\n' "$out" | grep 'the object is switched off')" ''
	doctor --python-idna=libidn2
	is "--python-idna=libidn2" "$status" 0
}

logs() {
	mkdir -p "$TMP/dir" "$TMP/100%pure"
	: >"$TMP/file"
	ln -sf file "$TMP/link"
	long=$(printf '%0256d' 0)
	deep=$TMP/deep
	while [ ${#deep} -lt 4096 ]; do
		deep=$deep/./././././././././././././././.
	done
	mkdir "$TMP/deep"
	for log in "$TMP/$long" "$deep/log" "$TMP/dir" "$TMP/none/log" "$TMP/link" "$TMP/file/log" "$TMP/file/" /proc/x /proc/%p/x; do
		doctor "--log=$log"
		is "--log=${log#"$TMP"}: status" "$status" 1
		finds "--log=${log#"$TMP"} cannot be" FAILED GAISHIM_LOG "(cannot be|is a symbolic link)"
		is "--log=${log#"$TMP"}: one verdict" "$(printf '%s\n' "$out" | grep -c ' GAISHIM_LOG: ')" 1
	done
	rmdir "$TMP/deep"
	mkfifo "$TMP/fifo"
	was=$(stat -c '%s %Y' "$TMP/file")
	listed=$(ls -A "$TMP" "$TMP/100%pure")
	for log in stderr "$TMP/${long#0}" "$TMP/file" "$TMP/new.%p" "$TMP/100%pure/%p" "$TMP/fifo" /dev/null; do
		doctor "--log=$log"
		is "--log=${log#"$TMP"} can be" "$status" 0
		is "--log=${log#"$TMP"}: one verdict" "$(printf '%s\n' "$out" | grep -c ' GAISHIM_LOG: ')" 1
	done
	is "and none was made" "$(ls -A "$TMP" "$TMP/100%pure")" "$listed"
	is "nor written" "$(stat -c '%s %Y' "$TMP/file")" "$was"
}

# The document says what the lines say, whatever bytes there are in a value.
json() {
	if ! python3 -c '' 2>/dev/null; then
		skip "JSON" "no python3 to read it"
		return
	fi
	cat >"$TMP/lines.py" <<-'END'
		import json, sys
		document = json.loads(sys.stdin.buffer.read().decode("ascii"))
		assert sorted(document) == ["built", "configuration", "findings", "healthy", "version"]
		for found in document["findings"]:
		    assert found["status"] in ("ok", "failed", "note", "not checked")
		    status = "FAILED" if found["status"] == "failed" else found["status"]
		    text = found["text"] + ("; " + found["next"] if found["next"] else "")
		    print("%-12s %s: %s" % (status, found["check"], text))
		assert document["healthy"] == all(found["status"] != "failed" for found in document["findings"])
		assert len(document["configuration"]) == int(sys.argv[1])
		for setting in document["configuration"]:
		    assert setting["source"] in ("option", "environment", "default")
		    assert setting["known"] in (True, False)
	END
	count=$(each_option echo | wc -l)
	for option in --lock=none --strict "--log=$TMP/none/a"; do
		doctor "$option"
		lines=$out was=$status
		doctor "$option" -- --json
		is "$option --json: the same status" "$status" "$was"
		is "$option --json: the same findings" "$(printf '%s\n' "$out" | PYTHONIOENCODING=utf-8 python3 "$TMP/lines.py" "$count" 2>&1)" "$lines"
	done
	# shellcheck disable=SC2016 # it is to stay as it is
	odd=$(printf 'a"b\\c\td\033[1m%s\377\360\237\230\200ü/\n%%s' '$(x)')
	GAISHIM_LOG=$odd GAISHIM_LOCK=$odd doctor -- --json
	is "odd bytes: status" "$status" 1
	is "odd bytes are still JSON" "$(printf '%s\n' "$out" | python3 -c 'import json, sys
for setting in json.load(sys.stdin)["configuration"]:
    if setting["name"] in ("GAISHIM_LOG", "GAISHIM_LOCK"):
        print(ascii(setting["value"]))')" "'a\"b\\\\c\\td\\x1b[1m\$(x)\\ufffd\\U0001f600\\xfc/\\n%s'${n}'a\"b\\\\c\\td\\x1b[1m\$(x)\\ufffd\\U0001f600\\xfc/\\n%s'"
	GAISHIM_LOCK=$odd doctor
	is "odd bytes break no line" "$(printf '%s\n' "$out" | grep -c GAISHIM_LOCK)" 1
	is "nor reach a terminal" "$(printf '%s\n' "$out" | grep -c "$(printf '\033')")" 0
}

# What is wrong with the object is said, and nothing that follows is called ok.
objects() {
	cp "$object" "$TMP/good.so"
	rm "$object"
	unsound "no object" object "$object is not there; run 'make' in $tree"
	echo '#!/bin/sh' >"$object"
	unsound "an object that is none" loads 'invalid ELF header|file too short'
	# Of another machine: e_machine is at 18, 243 is RISC-V, 21 64-bit PowerPC.
	cp "$TMP/good.so" "$object"
	printf '\025' | dd of="$object" bs=1 seek=18 conv=notrunc 2>/dev/null
	unsound "an object of another architecture" loads \
		"$object.*cannot (open|be preloaded).*it is for .*, the programs here are for $(uname -m)\); take an object"
	cp "$TMP/good.so" "$object"
	mv "$tree/shim/python/sitecustomize.py" "$TMP/hook"
	unsound "no site hook" object 'sitecustomize.py is not there'
	mv "$TMP/hook" "$tree/shim/python/sitecustomize.py"
	cp -R "$tree" "$TMP/a\\tb\\0101'c"
	command="$TMP/a\\tb\\0101'c/scripts/gaishim"
	doctor
	is "a backslash in the path is no trouble" "$status" 0
	is "and is shown as it is" "$(printf '%s\n' "$out" | grep -cF "object: $TMP/a\\tb\\0101'c/build/libgaishim.so of ")" 1
	command=''
	rm -r "$TMP/a\\tb\\0101'c"
	cp -R "$tree" "$TMP/a b"
	command="$TMP/a b/scripts/gaishim"
	unsound "a space in the path" object 'cannot carry the space.*; move it'
	command=''
	rm -r "$TMP/a b"
}

# unsound NAME CHECK ERE
unsound() {
	doctor
	is "$1: status" "$status" 1
	finds "$1: why" FAILED "$2" "$3"
	for check in 'numeric host' 'Unicode host' name; do
		finds "$1: $check" 'not checked' "$check" 'not loaded'
	done
}

# only COMMAND...: a PATH with what the scripts need, and these.
only() {
	rm -rf "${TMP:?}/bin"
	mkdir "$TMP/bin"
	for tool in sh env sed tr grep awk od readlink cat getconf ldd true timeout "$@"; do
		path=$(command -v "$tool") || continue
		case $path in
		true) path=/bin/true ;;
		esac
		ln -s "$path" "$TMP/bin/$tool"
	done
}

stub() {
	rm -f "$TMP/bin/$1"
	printf '#!/bin/sh\n%s\n' "$2" >"$TMP/bin/$1"
	chmod 755 "$TMP/bin/$1"
}

absent() {
	PATH_BEFORE=$PATH
	only
	PATH=$TMP/bin doctor
	is "nothing can ask: no failure" "$status" 0
	for check in 'numeric host' 'Unicode host' name; do
		finds "nothing can ask: $check" 'not checked' "$check" 'no getent, python3, perl or busybox'
	done
	finds "no python" 'not checked' 'site hook' 'no python3 or python2'
	for asker in python3 perl; do
		only "$asker"
		if ! PATH=$TMP/bin "$asker" --version >/dev/null 2>&1; then
			skip "$asker asks where there is no getent" "no $asker in /usr/bin"
			continue
		fi
		PATH=$TMP/bin doctor
		finds "$asker asks where there is no getent" ok 'Unicode host' "asked by $asker: how=numeric"
		finds "$asker asks for a name" "$name_is" name "asked by $asker: how=${name_how:-led}"
	done

	only getent
	stub getconf 'exit 1'
	PATH=$TMP/bin doctor
	finds "without getconf, ldd tells" ok libc ": $(getconf GNU_LIBC_VERSION) of"
	stub ldd 'exit 127'
	PATH=$TMP/bin doctor
	finds "without ldd, libc itself" ok libc ": $(getconf GNU_LIBC_VERSION) of"
	# shellcheck disable=SC2016 # the stub's
	stub ldd 'printf "musl libc (x86_64)\nVersion 1.2.3\nDynamic Program Loader\n" >&2; exit 1'
	PATH=$TMP/bin doctor
	is "musl: status" "$status" 0
	finds "musl is told" ok libc 'musl 1\.2\.3 of'
	stub ldd 'printf "musl libc (x86_64)\nVersion 1.1.23\nDynamic Program Loader\n" >&2; exit 1'
	PATH=$TMP/bin doctor
	is "an old musl: status" "$status" 1
	finds "an old musl is told" FAILED libc 'musl 1\.1\.23.*steps aside before 1\.1\.24; use an image with musl 1\.2 or glibc'
	stub getconf 'echo glibc 2.28'
	PATH=$TMP/bin doctor
	finds "an old glibc is noted" note libc 'glibc 2\.28.*older than 2\.31: .*leaves every call to libc'

	only
	stub getent 'exec sleep 60'
	stub timeout 'shift; exec /usr/bin/timeout 1 "$@"'
	PATH=$TMP/bin:/usr/bin:/bin doctor
	finds "an answer that does not come" 'not checked' name 'no answer within'
	stub getent 'exit 0'
	PATH=$TMP/bin:/usr/bin:/bin doctor
	finds "a child that the object does not reach" FAILED name 'saw nothing'
	PATH=$PATH_BEFORE
}

hooks() {
	only getent python3
	if ! PATH=$TMP/bin python3 -c '' 2>/dev/null; then
		skip "the site hook" "no python3 in /usr/bin"
		return
	fi
	PATH=$TMP/bin doctor --python-idna=libidn2
	finds "the site hook" ok 'site hook' 'python3 runs it'
	# Starting an interpreter is most of what doctor costs.
	# shellcheck disable=SC2016 # the stub's
	stub python3 'echo >>"'"$TMP/starts"'"; exec /usr/bin/python3 "$@"'
	PATH=$TMP/bin doctor
	finds "the site hook, counted" ok 'site hook' 'python3 runs it'
	is "python3 is started once" "$(wc -l <"$TMP/starts")" 1
	stub python3 'echo "pyenv: python3: command not found" >&2; exit 127'
	PATH=$TMP/bin doctor
	finds "a starter of one that is not there" 'not checked' 'site hook' 'no python3 or python2'
	for option in -E -I -S; do
		# shellcheck disable=SC2016 # the stub's
		stub python3 "exec /usr/bin/python3 $option"' "$@"'
		PATH=$TMP/bin doctor --python-idna=libidn2
		is "python3 $option: status" "$status" 1
		finds "python3 $option does not run the hook" FAILED 'site hook' 'python3 .*PYTHONPATH|has not run'
	done
}

preloads() {
	cat >"$TMP/answer.c" <<-'END'
		#include <netdb.h>
		int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **res)
		{
			(void)host, (void)service, (void)hints, (void)res;
			return EAI_NONAME;
		}
	END
	cc -shared -fPIC -o "$TMP/answer.so" "$TMP/answer.c"
	cc -shared -fPIC -o "$TMP/idle.so" -x c /dev/null
	LD_PRELOAD=$TMP/idle.so doctor
	is "another preload: status" "$status" 0
	finds "another preload" note preload "LD_PRELOAD holds $TMP/idle.so, which is loaded before the object$"
	LD_PRELOAD=$TMP/idle.so:$TMP/answer.so doctor
	finds "the first of two" note preload "$TMP/idle.so"
	finds "one that answers" note preload "$TMP/answer.so.*has to do with getaddrinfo"
	finds "and what comes of it" FAILED 'numeric host' 'saw nothing'
	LD_PRELOAD="$object $TMP/idle.so" doctor
	is "the object is there already: status" "$status" 0
	finds "the object is there already" ok preload 'gaishim is on here, by LD_PRELOAD$'
	finds "spaces part preloads too" note preload "idle.so"
	LD_LIBRARY_PATH=$tree/build LD_PRELOAD=libgaishim.so doctor
	finds "a name that the loader looks for" ok preload 'gaishim is on here, by LD_PRELOAD$'
	mkdir -p "$TMP/other"
	cp "$object" "$TMP/other/libgaishim.so"
	LD_PRELOAD=$TMP/other/libgaishim.so doctor
	is "another copy: status" "$status" 1
	finds "another copy" FAILED preload "another libgaishim.so.*before the object: $TMP/other"
	LD_PRELOAD=$TMP/none.so doctor
	finds "one that is not there" note preload "$TMP/none.so, which cannot be read.*; take it out"
	finds "is not held against the object" ok loads 'without a warning'
}

# With an /etc of its own. Prints the findings for each case after a line '# CASE'.
# shellcheck disable=SC2016 # the inner shell's
etc='
	set -e
	mkdir "$TMP/etc"
	cp -a /etc/. "$TMP/etc" 2>/dev/null || :
	rm -f "$TMP/etc/hosts" "$TMP/etc/nsswitch.conf"
	echo "hosts: files" >"$TMP/etc/nsswitch.conf"
	: >"$TMP/etc/hosts"
	mount --bind "$TMP/etc" /etc
	set +e
	echo "# unknown"; "$0" doctor
	echo "127.0.0.1 localhost" >/etc/hosts
	printf "# a comment\n%s # another\n" "$1" >/etc/ld.so.preload; echo "# ours"; "$0" doctor
	printf "%s:%s\n" "$TMP/idle.so" "$TMP/other/libgaishim.so" >/etc/ld.so.preload; echo "# copy"; "$0" doctor
	echo "# nothing" >/etc/ld.so.preload; echo "# comment"; "$0" doctor
	[ ! -e "$TMP/env" ] || mount --bind "$TMP/env" /usr/bin/env; echo "# static"; "$0" doctor
'

etc() {
	for how in -m -rm; do
		unshare "$how" mount --bind /etc /etc 2>/dev/null && break
		how=''
	done
	if [ -z "$how" ]; then
		skip "another /etc" "a mount namespace is not permitted here"
		return
	fi
	export TMP
	echo 'int main(void) { return 0; }' >"$TMP/env.c"
	cc -static -o "$TMP/env" "$TMP/env.c" 2>/dev/null || rm -f "$TMP/env"
	cases=$(unshare "$how" sh -c "$etc" "$tree/scripts/gaishim" "$object" 2>&1)
	case_of unknown
	finds "localhost that nobody knows" note name 'how=localhost, because libc does not find it on this machine; see /etc/hosts'
	is "is not the object's failure" "$(printf '%s\n' "$out" | grep FAILED)" ''
	case_of ours
	finds "the object in /etc/ld.so.preload" ok preload 'gaishim is on here, by /etc/ld.so.preload$'
	is "nothing is said against it" "$(printf '%s\n' "$out" | grep -c '^note .*preload: ')" 0
	is "is no failure" "$(printf '%s\n' "$out" | grep FAILED)" ''
	case_of copy
	finds "a copy in /etc/ld.so.preload" FAILED preload "another libgaishim.so.*after the object: $TMP/other"
	finds "and its neighbour" note preload "$TMP/idle.so, which is loaded after the object"
	case_of comment
	finds "a comment is no preload" ok preload 'nothing but the object'
	case_of static
	if [ -e "$TMP/env" ]; then
		finds "what cannot be preloaded is not called ok" FAILED loads 'the loader ignores the object.*static'
	else
		skip "what cannot be preloaded is not called ok" "cc makes no static programs here"
	fi
}

case_of() {
	out=$(printf '%s\n' "$cases" | sed -n "/^# $1\$/,/^# /p")
}

doctor
first=$out
for shell in dash 'bash --posix' bash 'busybox sh'; do
	if $shell -c : 2>/dev/null; then
		doctor
		is "under $shell it finds the same" "$out" "$first"
		in_force
	else
		skip "under $shell" "not installed"
	fi
done
shell=''
# shellcheck disable=SC2016 # the inner shell's
spent=$(sh -c '"$0" doctor >/dev/null; times' "$tree/scripts/gaishim" | awk 'NR == 2 {
	for (i = 1; i <= 2; i++) {
		split($i, part, /[ms]/)
		sum += part[1] * 60 + part[2]
	}
	printf "%d\n", sum * 1000
}')
ok "doctor takes less than a second of processor time: $spent ms" [ "$spent" -gt 0 -a "$spent" -lt 1000 ]
usage
healthy
settings
logs
json
objects
absent
hooks
preloads
etc
done_testing
