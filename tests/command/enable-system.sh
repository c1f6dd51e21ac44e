#!/bin/sh
# SPDX-License-Identifier: MIT
# `gaishim enable --system`, and root's --profile, in an /etc of their own.

. tests/lib/net.sh
[ "$(stat -c %u /)" = 0 ] || skip_all "/ is not root's here, and so no object can be safe"
net_private_etc
: >"$TMP/etc/private"
[ -e /etc/private ] || skip_all "there is no /etc of its own here"
rm /etc/private
rm -f /etc/ld.so.preload /etc/profile.d/gaishim.sh
mount -t tmpfs -o mode=755 none /opt || skip_all "no tmpfs may be mounted here"
umask 077 # what all are to read is not left to it

tree=/opt/tree file=/etc/ld.so.preload
checkout $tree
chmod -R a+rX $tree
object=$tree/build/libgaishim.so
unset LD_PRELOAD PYTHONPATH

# gaishim ARG...: leaves the exit status in $status, what it wrote in $out.
gaishim() {
	# shellcheck disable=SC2086 # words
	out=$($shell "$tree/scripts/gaishim" "$@" 2>&1)
	status=$?
}

# refused STATUS ERE ARG...: and nothing is there after it.
refused() {
	wanted=$1 ere=$2
	shift 2
	gaishim "$@"
	is "$ere: refused" "$status" "$wanted"
	like "$ere: says why" "$out" "$ere"
	is "$ere: nothing is written" "$(cat $file 2>/dev/null)" "$(cat "$TMP/copy" 2>/dev/null)"
	is "$ere: nothing is left behind" "$(find /etc -maxdepth 1 -name '.*gaishim-new*')" ''
}

# shellcheck disable=SC2317 # by `ok`
# loaded: is the object in a program that nobody tells to load it?
loaded() {
	grep -qsF "$object" /proc/self/maps
}

# restored TEXT: with this in the file, for printf.
restored() {
	name=$(printf %s "$1" | tr '\134' /)
	# shellcheck disable=SC2059
	printf "$1" >$file
	chmod 640 $file
	cp -p $file "$TMP/copy"
	gaishim enable --system
	is "'$name': enable" "$status" 0
	ok "'$name': the loader finds it" loaded
	ok "'$name': what was there is" cmp -n "$(stat -c %s "$TMP/copy")" "$TMP/copy" $file
	is "'$name': mode" "$(stat -c %a $file)" 640
	is "'$name': no program complains" "$(id 2>&1 >/dev/null | grep -v -e nowhere -e two -e 'so\.x')" ''
	cp $file "$TMP/enabled"
	gaishim enable --system
	like "'$name': a second enable says so" "$out" 'nothing was changed'
	ok "'$name': and does nothing" cmp $file "$TMP/enabled"
	gaishim disable --system
	is "'$name': disable" "$status" 0
	ok "'$name': byte for byte" cmp $file "$TMP/copy"
	is "'$name': mode after" "$(stat -c %a $file)" 640
	rm -f $file "$TMP/copy"
}

system() {
	gaishim enable --system
	is "enable --system" "$status" 0
	ok "the loader finds it" loaded
	is "for all to read" "$(stat -c '%a %u' $file)" '644 0'
	# shellcheck disable=SC2016 # for the user to run
	like "a way back that starts no program" "$out" ': >/etc/ld.so.preload'
	like "the site hook is not carried: says so" "$out" "PYTHONPATH=$tree/shim/python"
	gaishim enable --system
	like "a second one" "$out" 'nothing was changed'
	gaishim disable --system
	like "disable --system" "$status $out" '^0 .*removed'
	is "the file that enable made is gone" "$(find $file 2>/dev/null)" ''
	ok "and is loaded no more" eval '! loaded'
	gaishim disable --system
	like "a second disable" "$status $out" '^0 .*nothing was changed'

	restored ''
	restored '# a comment'
	restored '/lib/nowhere.so # why\n'
	restored 'libm.so.6'
	restored 'libm.so.6:libdl.so.2\tlibm.so.6 \n\n# end\n'
	restored '# one\nlibm.so.6 # two\n'

	# Not written by enable.
	for text in "$object" "libm.so.6:$object\n" "libm.so.6 $object#x"; do
		name=$(printf %s "$text" | tr '\134' /)
		# shellcheck disable=SC2059
		printf "$text" >$file
		cp $file "$TMP/copy"
		gaishim enable --system
		like "'$name': not by enable" "$status $out" "^0 .*but not by 'gaishim enable': nothing was changed"
		gaishim disable --system
		like "'$name': is not undone" "$status $out" "^1 .*but not by 'gaishim enable': edit it"
		ok "'$name': is as it was" cmp $file "$TMP/copy"
	done
	for text in "# $object\n" "$object.x\n"; do
		restored "$text"
	done
	rm -f $file "$TMP/copy"
}

profile() {
	gaishim enable --profile --lock=none
	is "root's enable --profile" "$status" 0
	is "is everybody's" "$(stat -c '%a %u' /etc/profile.d/gaishim.sh)" '644 0'
	is "a login shell has it" "$(env -i PATH="$PATH" sh -l -c 'printenv LD_PRELOAD GAISHIM_LOCK')" "$object
none"
	gaishim enable --profile --lock=none
	like "root's second enable --profile" "$out" 'nothing was changed'
	gaishim disable --profile
	is "root's disable --profile" "$status $(find /etc/profile.d/gaishim.sh 2>/dev/null)" '0 '
}

# unsafe ERE: neither target takes the tree as it is.
unsafe() {
	for target in --system --profile; do
		refused 125 "$1: every program would load it" enable $target
		is "$1, $target: no profile" "$(find /etc/profile.d/gaishim.sh 2>/dev/null)" ''
	done
}

# make uninstall reads that file as the loader does: a comment does not count, nor a longer name.
uninstall() {
	installed=/opt/installed/lib/gaishim/libgaishim.so
	make -s BUILD="$BUILD" install PREFIX=/opt/installed >/dev/null 2>&1
	for text in "%s" "libm.so.6:%s # why\n" "# first\n%s\tlibm.so.6\n"; do
		# shellcheck disable=SC2059
		printf "$text" $installed >$file
		out=$(make -s BUILD="$BUILD" uninstall PREFIX=/opt/installed 2>&1)
		is "make uninstall, '$text': refused" "$? $(find $installed)" "2 $installed"
		like "make uninstall, '$text': why" "$out" "run 'gaishim disable --system' first"
	done
	# shellcheck disable=SC2059
	printf "# %s\n%s.old\n" $installed $installed >$file
	out=$(make -s BUILD="$BUILD" uninstall PREFIX=/opt/installed 2>/dev/null)
	is "make uninstall, where others are named: removed" "$? $(find $installed 2>/dev/null)" '0 '
	rm $file
}

# What every user's programs load, setuid ones too, nobody else may change.
paths() {
	for mode in 666 600 664 640 604 602; do
		chmod $mode "$object"
		unsafe libgaishim.so
	done
	chmod 644 "$object"
	chmod 1777 "$tree"
	unsafe "$tree"
	for mode in 700 750 701 710 775 707 2775; do
		chmod $mode "$tree"
		unsafe "$tree"
	done
	chmod 755 "$tree"
	if chown 1 "$tree/build" 2>/dev/null; then
		unsafe build
		chown 0 "$tree/build"
	else
		skip "another user's directory" "no other user in this namespace"
	fi
	mv "$tree" "$tree#1"
	tree="$tree#1"
	refused 125 'cannot carry a blank or a #' enable --system
	mv "$tree" "${tree%#1}"
	tree=${tree%#1}
	hook
}

# A path is data, but for what the file takes for the end of a name.
odd() {
	plain=$tree
	tree="/opt/a\\tb\\0101'c\"d\`e[x]*"
	mv "$plain" "$tree"
	object=$tree/build/libgaishim.so
	gaishim enable --system
	is "odd: enable --system" "$status" 0
	ok "odd: the loader finds it" loaded
	is "odd: byte for byte" "$(cat $file)" " $object"
	gaishim enable --system
	like "odd: a second one" "$out" 'nothing was changed'
	gaishim disable --system
	is "odd: disable --system" "$status $(find $file 2>/dev/null)" '0 '
	gaishim enable --profile
	is "odd: root's profile" "$status $(env -i PATH="$PATH" sh -l -c 'printenv LD_PRELOAD')" "0 $object"
	gaishim disable --profile
	is "odd: disable --profile" "$status $(find /etc/profile.d/gaishim.sh 2>/dev/null)" '0 '
	mv "$tree" "$plain"
	tree=$plain object=$plain/build/libgaishim.so
}

# Everybody's Python runs the site hook that root's profile names, and its bytecode.
hook() {
	mkdir "$tree/shim/python/__pycache__"
	: >"$tree/shim/python/__pycache__/sitecustomize.cpython-313.pyc"
	for part in '' /sitecustomize.py /gaishim_idna.py /__pycache__ /__pycache__/sitecustomize.cpython-313.pyc; do
		mode=$(stat -c %a "$tree/shim/python$part")
		chmod o+w "$tree/shim/python$part"
		refused 125 "python$part: every program would load it" enable --profile
		chmod "$mode" "$tree/shim/python$part"
	done
	rm -r "$tree/shim/python/__pycache__"
	mv "$tree/shim/python" "$tree/shim/elsewhere"
	ln -s elsewhere "$tree/shim/python"
	chmod 777 "$tree/shim/elsewhere"
	refused 125 "shim/elsewhere: every program would load it" enable --profile
	chmod 755 "$tree/shim/elsewhere"
	chmod 600 "$tree/shim/elsewhere/gaishim_idna.py"
	refused 125 "gaishim_idna.py: every program would load it" enable --profile
	chmod 644 "$tree/shim/elsewhere/gaishim_idna.py"
	rm "$tree/shim/python"
	mv "$tree/shim/elsewhere" "$tree/shim/python"
	# What a link in it leads to, too, with all directories above.
	mkdir -p /opt/open/closed
	chmod 755 /opt/open /opt/open/closed
	mv "$tree/shim/python/gaishim_idna.py" /opt/open/closed/
	ln -s /opt/open/closed/gaishim_idna.py "$tree/shim/python/"
	for mode in 1777 775 700; do
		chmod $mode /opt/open
		refused 125 "/opt/open: every program would load it" enable --profile
	done
	chmod 755 /opt/open
	rm "$tree/shim/python/gaishim_idna.py"
	ln -s /opt/open/closed "$tree/shim/python/more"
	chmod 777 /opt/open
	refused 125 "/opt/open: every program would load it" enable --profile
	rm "$tree/shim/python/more"
	chmod 755 /opt/open
	mv /opt/open/closed/gaishim_idna.py "$tree/shim/python/"
	gaishim enable --profile
	is "a tree that is safe: enable --profile" "$status" 0
	gaishim disable --profile
}

bad() {
	printf 'libm.so.6 # keep\nlibdl.so.2' >$file
	cp $file "$TMP/copy"
	mv "$object" "$object.good"
	cp "$BUILD/tests/command/libbad.so" "$object"
	chmod 644 "$object"
	BAD='ls' refused 125 'nothing was done: these programs behave differently with the object' enable --system
	BAD='file' refused 125 'is as it was: these programs behaved differently' enable --system
	BAD=all refused 125 'is as it was: these programs behaved differently' enable --system
	rm $file "$TMP/copy"
	BAD=all refused 125 'is as it was: these programs behaved differently' enable --system
	is "no file where there was none" "$(find $file 2>/dev/null)" ''
	gaishim enable --system
	is "the same object, harmless" "$status" 0
	# The way back, when nothing starts any more.
	is "a shell that runs on gets out" "$(export BAD=all; id >/dev/null 2>&1; echo $?; eval ': >/etc/ld.so.preload'; id >/dev/null; echo $?)" "3
0"
	rm $file
	echo text >"$object"
	refused 125 'cannot be preloaded here' enable --system
	mv "$object.good" "$object"
}

unwritable() {
	mount --bind /etc /etc
	mount -o remount,bind,ro /etc
	refused 1 'nothing can be written to /etc/' enable --system
	umount /etc
	echo libm.so.6 >$file
	cp $file "$TMP/copy"
	mount --bind $file $file
	refused 1 'cannot be replaced' enable --system
	umount $file
	rm $file "$TMP/copy"
}

for shell in dash 'bash --posix' 'busybox sh'; do
	if ! $shell -c : 2>/dev/null; then
		skip "under $shell" "not installed"
		continue
	fi
	echo "# under $shell"
	bad
	odd
	[ "$shell" = dash ] || continue
	system
	profile
	uninstall
	paths
	unwritable
done
done_testing
