#!/bin/sh
# SPDX-License-Identifier: MIT
# Every script that somebody may run says what it does when asked by --help or -h, and
# starts nothing.

. tests/lib/tap.sh
unset LD_PRELOAD

# A tree with nothing to build and nobody to build it.
mkdir -p "$TMP/tree/shim" "$TMP/bin"
cp -R scripts Makefile tests "$TMP/tree/"
cp shim/options.def "$TMP/tree/shim/"
for tool in make apt-get dnf apk gcc cc clang; do
	# shellcheck disable=SC2016 # the stub's
	printf '#!/bin/sh\necho "$0" >>"%s/started"\nexit 1\n' "$TMP" >"$TMP/bin/$tool"
	chmod 755 "$TMP/bin/$tool"
done
PATH=$TMP/bin:$PATH
listed=$(cd "$TMP/tree" && find . | sort)

for script in scripts/* scripts/dev/*; do
	if [ -d "$script" ] || [ ! -x "$script" ]; then continue; fi
	for option in --help -h; do
		out=$(timeout 20 "$TMP/tree/$script" $option </dev/null 2>&1)
		is "$script $option" "$?" 0
		like "$script $option: tells" "$out" "${script##*/}"
		is "$script $option: more than a line" "$([ "$(printf '%s\n' "$out" | wc -l)" -gt 1 ] && echo yes)" yes
		is "$script $option: no comment signs" "$(printf '%s\n' "$out" | grep -E '^#|SPDX')" ''
	done
	out=$(timeout 20 "$TMP/tree/$script" --no-such-option </dev/null 2>&1)
	is "$script --no-such-option is refused" "$?" 2
	like "$script --no-such-option: it says what there is" "$out" '--help|usage:'
done
like "scripts/check --all --help tells, too" "$("$TMP/tree/scripts/check" --all --help 2>&1)" 'scripts/check --all '
"$TMP/tree/scripts/check" --all what >/dev/null 2>&1
is "scripts/check --all what is refused" "$?" 2
# shellcheck disable=SC2016 # as it is
commands=$(sed -n 's/^	"$@" \([a-z]*\) .*/\1/p' scripts/gaishim | tr '\n' ' ')
like "there are subcommands" "$commands" 'enable .*check'
for command in $commands; do
	out=$("$TMP/tree/scripts/gaishim" "$command" --help 2>&1)
	like "gaishim $command --help" "$? $out" "^0 usage: gaishim .*$command"
	is "gaishim help $command: the same" "$("$TMP/tree/scripts/gaishim" help "$command" 2>&1)" "$out"
	[ "$command" = env ] || # that is env(1)'s
		is "gaishim $command -h: the same" "$("$TMP/tree/scripts/gaishim" "$command" -h 2>&1)" "$out"
	ok "docs/gaishim.1: $command" grep -q "^\.Cm $command\>" docs/gaishim.1
done
is "nothing was started" "$(cat "$TMP/started" 2>/dev/null)" ''
is "nothing was made" "$(cd "$TMP/tree" && find . | sort)" "$listed"
done_testing
