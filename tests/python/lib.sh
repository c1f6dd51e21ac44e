# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The Python interpreters of this machine: a sh test of this folder sources this
# first, from the top of the checkout. It sources tests/lib/tap.sh.

[ -n "${TAP_COUNT:-}" ] || . tests/lib/tap.sh # tests/lib/net.sh may have been here

gaishim=$PWD/scripts/gaishim
unset PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONDONTWRITEBYTECODE

# Those that we serve, in the order they are looked for.
VERSIONS='2.7 3.6 3.7 3.8 3.9 3.10 3.11 3.12 3.13 pypy2 pypy3'

# python_of VERSION: the path of an interpreter, pyenv's or the system's.
python_of() {
	for python_path in "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python \
		"/usr/bin/python$1" "/usr/bin/$1"; do
		[ -x "$python_path" ] && "$python_path" -c '' 2>/dev/null && echo "$python_path" && return
	done
	return 1
}

# for_pythons FUNCTION [VERSION...]: runs FUNCTION VERSION PATH for each of them
# (or of those named) that is here; the absent are skipped aloud.
for_pythons() {
	python_function=$1
	shift
	[ $# -gt 0 ] || eval "set -- $VERSIONS"
	for python_version; do
		if python_found=$(python_of "$python_version"); then
			"$python_function" "$python_version" "$python_found"
		else
			skip "$python_function $python_version" "no such interpreter here"
		fi
	done
}
