#!/bin/sh
# SPDX-License-Identifier: MIT
# What who controls the environment or the current directory can do to the command,
# and to the Python that it starts; what others may write of what is installed.

. tests/lib/tap.sh
unset LD_PRELOAD PYTHONPATH TOX_TESTENV_PASSENV TOX_OVERRIDE
checkout "$TMP/tree"
gaishim=$TMP/tree/scripts/gaishim

# given [NAME=VALUE...]: what a command is given, by the command in that $shell.
# shellcheck disable=SC2016,SC2086 # the inner shell's; words
given() {
	env "$@" $shell "$gaishim" --strict --log="$TMP/log" sh -c \
		'echo "$LD_PRELOAD|$PYTHONPATH|$GAISHIM_STRICT|$GAISHIM_LOG|$*"' sh 'a  b' '*' 2>&1
}

evil=$TMP/evil
mkdir "$evil"
echo "touch $evil/ran" >"$evil/rc"
for name in readlink sed libgaishim.so; do
	printf '#!/bin/sh\ntouch %s/ran\n' "$evil" >"$evil/$name"
	chmod 755 "$evil/$name"
done
mkdir "$evil/commands" "$evil/python"
cp "$evil/rc" "$evil/commands/enable.sh"

shell='sh'
wanted=$(given)
is "what a command is given" "$wanted" \
	"$TMP/tree/build/libgaishim.so|$TMP/tree/shim/python|1|$TMP/log|a  b *"
for shell in sh dash bash 'bash --posix' 'busybox sh' ksh mksh zsh; do
	if ! command -v "${shell%% *}" >/dev/null; then
		continue # what is left of them is enough
	fi
	[ "$shell" != zsh ] || shell='zsh --emulate sh'
	is "$shell: the same" "$(given)" "$wanted"
	is "$shell: IFS" "$(given IFS=/lib)" "$wanted"
	# shellcheck disable=SC2016 # who would expand it?
	is "$shell: ENV, CDPATH, PS4" "$(given "ENV=$evil/rc" "CDPATH=$evil" 'PS4=$(touch ran)')" "$wanted"
	is "$shell: variables of the command's own names" "$(given self="$evil/x" top="$evil" \
		object="$evil/libgaishim.so" hook="$evil/python" commands="$evil/commands" prefix="$evil" libdir="$evil" place=installed given=LD_PRELOAD taken=9 \
		option=--disable value=evil status=0 there=evil name=evil advice=evil names=evil)" "$wanted"
	is "$shell: the current directory" "$(cd "$evil" && given)" "$wanted"
	# shellcheck disable=SC2086 # words
	is "$shell: a subcommand" \
		"$(cd "$evil" && env commands="$evil/commands" top="$evil" $shell "$gaishim" enable --help |
		sed -n '1s/ TARGET.*//p')" 'usage: gaishim [options] enable'
done
is "nothing else was run" "$(find "$TMP" -name ran)" ''

# An empty word in these means the current directory to some who read them.
shell='sh'
is "empty variables: nothing is left of them" "$(given LD_PRELOAD= PYTHONPATH=)" "$wanted"

if command -v python3 >/dev/null; then
	for name in sitecustomize gaishim_idna encodings codecs ctypes; do
		echo "open('$evil/ran', 'w')" >"$evil/$name.py"
	done
	show='import sys; print(sys.path[0] == "", sys.path[1:])'
	out=$(cd "$evil" && "$gaishim" --python-idna=libidn2 python3 -c "$show" 2>&1)
	like "python3: its path starts as ever" "$out" "^True "
	is "python3: nothing of the current directory was run" "$(find "$evil" -name ran)" ''
	is "python3: the hook's directory is off the path" "$(printf '%s\n' "$out" | grep -c "$TMP/tree")" 0
else
	skip "python3" "there is none"
fi

# --- what is installed is its owner's alone to change ---

if command -v make >/dev/null; then
	(umask 0 && make -s install BUILD="$BUILD" PREFIX="$TMP/installed") >"$TMP/make" 2>&1
	ok "make install" test -x "$TMP/installed/bin/gaishim"
	is "nobody else may write there" "$(find "$TMP/installed" -perm /022 ! -type l)" ''
	is "nothing is setuid or setgid" "$(find "$TMP/installed" -type f -perm /6000)" ''
else
	skip "make install" "no make"
fi

done_testing
