#!/bin/sh
# SPDX-License-Identifier: MIT
# The site hook: with it a program sees and says what it would without it, and
# what the hook is for is done in every interpreter that the program starts.

. tests/python/lib.sh
unset PYTHONUSERBASE PYTHONNOUSERSITE PYTHONSAFEPATH PYTHONWARNINGS
unset TOX_TESTENV_PASSENV TOX_OVERRIDE MAKEFLAGS MAKELEVEL

probe=$PWD/tests/python/hook.py
HOOK=$PWD/shim/python
CODEC=$TMP/codec
export HOOK CODEC

# How the two codecs encode the same host.
ours=xn--fa-hia pythons=fass
encode="print(u'fa\\xdf'.encode('idna').decode('ascii'))"

# result COMMAND [ARG...]: what it prints, what it complains of, but for our own
# part of a traceback, and its exit status.
result() {
	"$@" >"$TMP/out" 2>"$TMP/err" </dev/null
	result_status=$?
	cat "$TMP/out"
	echo --
	awk -v ours="File \"$HOOK/" '
		/^  File / { mine = index($0, ours) }
		/^[^ ]/ { mine = 0 }
		!mine' "$TMP/err"
	echo "-- $result_status"
}

# same NAME CODEC COMMAND [ARG...]: the hook makes no difference to COMMAND, but
# that it encodes as CODEC tells, if it comes so far.
same() {
	same_name=$1 codec=$2
	shift 2
	result "$@" >"$TMP/without"
	rm -f "$CODEC"
	result "$gaishim" --python-idna=libidn2 "$@" >"$TMP/with"
	[ -e "$CODEC" ] || echo none >"$CODEC"
	ok "$same_name" diff "$TMP/without" "$TMP/with"
	is "$same_name: the codec" "$(cat "$CODEC")" "$codec"
}

# with NAME=VALUE COMMAND [ARG...]: run COMMAND in that environment.
with() {
	with_name=${1%%=*}
	export "${1?}"
	shift
	"$@"
	unset "$with_name"
}

# encodes NAME WANTED COMMAND [ARG...]: COMMAND prints WANTED and complains of nothing.
encodes() {
	encodes_name=$1 wanted=$2
	shift 2
	is "$encodes_name" "$("$gaishim" --python-idna=libidn2 "$@" 2>&1 </dev/null)" "$wanted"
}

# write FILE: what comes from stdin; its folder is made first.
write() {
	mkdir -p "${1%/*}"
	cat >"$1"
}

# What would have run without us.
echo | write "$TMP/first/sitecustomize.py"
echo | write "$TMP/second/sitecustomize.py"
echo 'raise ValueError("mine")' | write "$TMP/raises/sitecustomize.py"
echo 'def' | write "$TMP/syntax/sitecustomize.py"
echo 'import no_such_module' | write "$TMP/imports/sitecustomize.py"
echo 'raise ImportError("mine")' | write "$TMP/refuses/sitecustomize.py"
echo 'import sys; sys.exit(3)' | write "$TMP/exits/sitecustomize.py"
echo 'import sys; print("encodings.idna" in sys.modules)' | write "$TMP/early/sitecustomize.py"
write "$TMP/chain/sitecustomize.py" <<'END'
# The hooks of others bring in the next one as ours does.
import os
import sys
sys.path.remove(os.path.dirname(os.path.abspath(__file__)))
itself = sys.modules.pop("sitecustomize")
try:
    import sitecustomize
except ImportError:
    sys.modules["sitecustomize"] = itself
END

# Two more installations of ours: nobody may write to one.
for prefix in other readonly; do
	make -s BUILD="$BUILD" install PREFIX="$TMP/$prefix"
done
chmod -R a+rX,a-w "$TMP/readonly"
chmod 711 "$TMP"
tidy() { chmod -R u+w "$TMP/readonly"; }
TAP_EXIT=tidy

# ordinary COMMAND [ARG...]: run by somebody who is not root.
ordinary() {
	if [ "$(id -u)" -eq 0 ]; then
		# env, for setpriv itself may still look where only root does.
		set -- setpriv --reuid=65534 --regid=65534 --clear-groups env "$@"
	fi
	"$@"
}

# paths VERSION PYTHON
paths() {
	same "$1: no sitecustomize" $ours "$2" "$probe" view
	same "$1: switched off" $pythons "$gaishim" --python-idna=off "$2" "$probe" view
	same "$1: disabled" $pythons "$gaishim" --disable "$2" "$probe" view
	with GAISHIM_DISABLE=yes same "$1: disabled by yes" $pythons "$2" "$probe" view
	case $1 in
	2.7 | pypy2) ;; # to them it is the current directory; with our folder before it, it is not
	*) with PYTHONPATH= same "$1: PYTHONPATH empty" $ours "$2" "$probe" view ;;
	esac
	with PYTHONPATH="$TMP/no::tests/../shim:$TMP/first:$TMP/no:$TMP/second:" \
		same "$1: PYTHONPATH of many" $ours "$2" "$probe" view
	like "$1: the first sitecustomize runs" "$(cat "$TMP/with")" "^sitecustomize $TMP/first/"

	base=$TMP/base.$1
	site=$(PYTHONUSERBASE=$base "$2" -m site --user-site)
	echo | write "$site/sitecustomize.py"
	echo | write "$site/usercustomize.py"
	with PYTHONUSERBASE="$base" same "$1: the user's site" $ours "$2" "$probe" view
	like "$1: its usercustomize runs" "$(cat "$TMP/with")" "^usercustomize $base/"
	with PYTHONUSERBASE="$base" same "$1: -s" $ours "$2" -s "$probe" view

	same "$1: nested" $ours "$gaishim" "$2" "$probe" view
	same "$1: nested in another installation" $ours "$TMP/other/bin/gaishim" "$2" "$probe" view
	# shellcheck disable=SC2016 # the inner shell's PYTHONPATH
	same "$1: behind the hook of another" $ours \
		sh -c 'PYTHONPATH=$0${PYTHONPATH:+:$PYTHONPATH} exec "$@"' "$TMP/chain" "$2" "$probe" view
}

# flags VERSION PYTHON: with -E, -S and -I there is no hook.
flags() {
	with PYTHONPATH="$TMP/first" same "$1: -E" $pythons "$2" -E "$probe" view
	with PYTHONPATH="$TMP/first" same "$1: -S" $pythons "$2" -S "$probe" view
	"$2" -I -c '' 2>/dev/null || return
	with PYTHONPATH="$TMP/first" same "$1: -I" $pythons "$2" -I "$probe" view
	"$2" -P -c '' 2>/dev/null || return
	with PYTHONPATH="$TMP/first" same "$1: -P" $ours "$2" -P "$probe" view
	same "$1: PYTHONSAFEPATH" $ours env PYTHONSAFEPATH=1 "$2" "$probe" view
}

# broken VERSION PYTHON: the error of a sitecustomize stays its own.
broken() {
	for name in raises syntax imports refuses; do
		with PYTHONPATH="$TMP/$name" same "$1: a sitecustomize that $name" $ours "$2" "$probe" view
		case $1-$name in
		2.7-imports | 2.7-refuses | pypy2-imports | pypy2-refuses) ;; # taken for none
		*) like "$1: which is told" "$(cat "$TMP/with")" '^Error in sitecustomize|import sitecustomize. failed' ;;
		esac
	done
	case $1 in
	pypy*) with PYTHONPATH="$TMP/exits" same "$1: a sitecustomize that exits" $ours "$2" "$probe" view ;;
	*)
		with PYTHONPATH="$TMP/exits" same "$1: a sitecustomize that exits" none "$2" "$probe" view
		like "$1: which is the end" "$(cat "$TMP/with")" '^-- [13]$'
		;;
	esac
}

# loaded VERSION PYTHON: what is there when the user's first line runs.
loaded() {
	is "$1: no codec is loaded without us" "$(PYTHONPATH=$TMP/early "$2" -c '')" False
	case $1 in
	2.7 | pypy2) is "$1: the codec is loaded" "$(PYTHONPATH=$TMP/early "$gaishim" "$2" -c '')" True ;;
	*) is "$1: no module more is loaded" "$("$gaishim" "$2" "$probe" modules)" "$("$2" "$probe" modules)" ;;
	esac
}

# starts VERSION PYTHON: the ways to start a program.
starts() {
	is "$1: not unless asked for" "$("$gaishim" "$2" "$probe" codec)" $pythons
	encodes "$1: -c" $ours "$2" -c "$encode"
	# shellcheck disable=SC2016 # the inner shell's arguments
	encodes "$1: -m" $ours sh -c 'cd tests/python && "$0" -m hook codec' "$2"
	# shellcheck disable=SC2016 # the same
	encodes "$1: stdin" $ours sh -c 'echo "$1" | "$0"' "$2" "$encode"
	encodes "$1: a zip" $ours "$2" "$TMP/app.zip" codec
	encodes "$1: exec" $ours "$2" "$probe" exec
	case $1 in
	2.7 | pypy2) ways='default subprocess' ;;
	*) ways='fork spawn forkserver futures subprocess' ;;
	esac
	# PyPy 7.3.5 has trouble with a pool of processes.
	if [ "$("$2" "$probe" children 2>/dev/null | wc -l)" -eq "$(printf '%s\n' "$ways" | wc -w)" ]; then
		# shellcheck disable=SC2086 # a way a word
		encodes "$1: children" "$(printf "%s $ours\n" $ways)" "$2" "$probe" children
	else
		skip "$1: children" "without the hook, too, this interpreter does not make all of them: $ways"
	fi
	rm -f "$CODEC"
	"$gaishim" --python-idna=libidn2 "$2" "$probe" view <&- >&- 2>&-
	is "$1: no standard streams" "$(cat "$CODEC")" $ours
}

# stripped VERSION PYTHON: the hook without the object; it warns, once.
stripped() {
	name=$1
	set -- env -i HOOK="$HOOK" CODEC="$CODEC" GAISHIM_PYTHON_IDNA=libidn2 PYTHONPATH="$HOOK:$TMP/first" "$2"
	is "$name: a stripped environment" "$("$@" "$probe" codec 2>"$TMP/err")" $pythons
	is "$name: it warns once" "$(sed -n "s/^[^ ].*: RuntimeWarning: \(gaishim: hosts.*codec\):.*/\1/p; t; /^[^ ]/p" "$TMP/err")" \
		"gaishim: hosts are encoded by Python's own idna codec"
	like "$name: -W error, the next one comes" "$("$@" -W error "$probe" view 2>"$TMP/err")" "^sitecustomize $TMP/first/"
	like "$name: it is told" "$(cat "$TMP/err")" 'RuntimeWarning: gaishim: hosts'
	rm -f "$CODEC"
	"$@" -W error "$probe" view <&- >&- 2>&-
	is "$name: nor are there standard streams" "$(cat "$CODEC")" $pythons
}

# unprivileged VERSION PYTHON: an ordinary user, who may not write to the hook's folder.
unprivileged() {
	if ! ordinary "$2" -c '' 2>/dev/null; then
		skip "$1: an ordinary user" "$2 is not for everybody"
		return
	fi
	is "$1: an ordinary user" \
		"$(ordinary "$TMP/readonly/bin/gaishim" --python-idna=libidn2 "$2" -c "$encode" 2>&1)" $ours
}

# environments VERSION PYTHON: virtual ones.
environments() {
	venv=$TMP/venv.$1 name=$1 python=$2
	case $1 in
	2.7 | pypy2) set -- virtualenv --no-pip --no-setuptools --no-wheel ;;
	*) set -- venv --without-pip ;;
	esac
	if ! "$python" -c "import $1" 2>/dev/null; then
		skip "$name: a virtual environment" "it has no module $1"
		return
	fi
	"$gaishim" --python-idna=libidn2 "$python" -m "$@" "$venv"
	for site in "$venv"/lib/*/site-packages; do
		echo | write "$site/sitecustomize.py"
	done
	same "$name: a virtual environment" $ours "$venv/bin/python" "$probe" view
	if "$venv/bin/python" -c 'import sys; sys.exit(any(p.startswith(sys.prefix) for p in sys.path))'; then
		skip "$name: its sitecustomize runs" "its virtual environments do not look for modules in themselves"
	else
		# Debian's comes before it: it is in the standard library.
		like "$name: its sitecustomize runs" "$(cat "$TMP/with")" "^sitecustomize ($venv|/usr/lib/python3[.0-9]*)/"
	fi
	sed -i '/^include-system-site-packages/s/false/true/' "$venv/pyvenv.cfg"
	with PYTHONPATH="$TMP/first" \
		same "$name: with the system's packages, and the user's own" $ours "$venv/bin/python" "$probe" view
	like "$name: the user's sitecustomize runs" "$(cat "$TMP/with")" "^sitecustomize $TMP/first/"
}

mkdir "$TMP/zip"
cp "$probe" "$TMP/zip/__main__.py"
python3 -m zipfile -c "$TMP/app.zip" "$TMP/zip/__main__.py"

for_pythons paths
for_pythons flags
for_pythons broken
for_pythons loaded
for_pythons starts
for_pythons stripped
for_pythons unprivileged
for_pythons environments

# Debian's own Python has a sitecustomize in /etc.
system=/usr/bin/python3
if [ -x $system ]; then
	same "Debian's: the system's sitecustomize" $ours $system "$probe" view
	unprivileged "Debian's" $system
else
	skip "Debian's" "no $system"
fi

# Test runners. Their tests fail without us.
write "$TMP/pytest/test_codec.py" <<'END'
import os
import pytest


@pytest.mark.parametrize("n", range(4))
def test_codec(n):
    assert u"fa\xdf".encode("idna") == b"xn--fa-hia"
    assert "WORKERS" not in os.environ or "PYTEST_XDIST_WORKER" in os.environ
END

# runs NAME LINE COMMAND [ARG...]: in its output, without colours, is LINE, and not without us.
runs() {
	runs_name=$1 line=$2
	shift 2
	like "$runs_name" "$("$gaishim" --python-idna=libidn2 "$@" 2>&1)" "$line"
	is "$runs_name: not without us" "$("$@" 2>&1 | grep -cE "$line")" 0
}

if $system -c 'import pytest' 2>/dev/null; then
	runs "python -m pytest" '^4 passed' $system -m pytest -q -p no:cacheprovider "$TMP/pytest"
else
	skip "python -m pytest" "$system has no pytest"
fi
if $system -c 'import xdist' 2>/dev/null; then
	runs "pytest-xdist" '^4 passed' env WORKERS=2 $system -m pytest -q -p no:cacheprovider -n 2 "$TMP/pytest"
else
	skip "pytest-xdist" "$system has no xdist"
fi

# tox passes on what the user wants to be passed on, and what we need.
write "$TMP/tox/tox.ini" <<END
[tox]
envlist = py
skipsdist = true
[testenv]
skip_install = true
sitepackages = true
passenv = KEPT
commands = python -c "import os; assert os.environ['KEPT']; $encode"
END
if command -v tox >/dev/null; then
	runs "tox" "^$ours" env KEPT=1 VIRTUALENV_OVERRIDE_APP_DATA="$TMP/virtualenv" tox -qq -c "$TMP/tox"
else
	skip "tox" "not installed"
fi

done_testing
