# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The part of scripts/dev/matrix that does as a newcomer does, in bare root file systems.
# shellcheck disable=SC2154 # the variables of matrix

# shellcheck disable=SC2034 # for matrix
bare_releases='bullseye bookworm trixie'

# What runs inside, with the sources in the current directory; the table is made of
# what this says.
# shellcheck disable=SC2016 # for the inner shell
newcomer='
step() {
	name=$1
	shift
	start=$(date +%s)
	"$@" </dev/null
	printf "%s\n" "ended $name $? $(($(date +%s) - start))"
}
check() {
	if [ "$all" ]; then "$@" scripts/check --all; else "$@" scripts/check; fi
}
demo() {
	"$@" scripts/demo
}
who=$1 all=$2
cd /home/user/gaishim || exit
printf "%s\n" "entered $(cat /etc/debian_version) $(getconf GNU_LIBC_VERSION)"
set --
if [ "$who" = user ]; then
	set -- setpriv --reuid=1000 --regid=1000 --clear-groups env HOME=/home/user PATH=/usr/local/bin:/usr/bin:/bin
	"$@" scripts/check --dry-run $all | tee /tmp/dry-run
	line=$(sed -n "s/^    \(apt-get update \)/\1/p" /tmp/dry-run)
	[ "$line" = "$(check "$@" 2>&1 | sed -n "s/^    \(apt-get update \)/\1/p")" ] || {
		printf "%s\n" "ended line 1 0"
		exit
	}
	export DEBIAN_FRONTEND=noninteractive
	step line sh -c "$line"
fi
step demo demo "$@"
step check check "$@"
'

# bare_root WHO: a copy of the root of $release, with what is committed, in $making.
bare_root() {
	making=$(mktemp -d "$cache/.bare.XXXXXX") || exit 1
	cp -a "$cache/bare-$release" "$making/root" || die 1 "$cache: no room?"
	home=$making/root/home/user
	mkdir -p "$home/gaishim"
	git archive HEAD | tar -C "$home/gaishim" -xf - || die 1 "--bare wants a git checkout"
	cp /etc/resolv.conf "$making/root/etc/" || exit 1
	[ "$1" = root ] || {
		printf 'user:x:1000:1000::/home/user:/bin/sh\n' >>"$making/root/etc/passwd"
		printf 'user:x:1000:\n' >>"$making/root/etc/group"
		chown -R 1000:1000 "$home"
	}
}

# bare_run WHO: the two commands in a root of their own. Shows how far they are, and
# keeps all that they say.
bare_run() {
	bare_root "$1"
	log=$BUILD/matrix/bare-$release-$1.log
	mkdir -p "$BUILD/matrix"
	: >"$log"
	say "$release, as $1: all that is said goes to $log"
	(enter_root "$making/root" '' sh -c "$newcomer" sh "$1" "$all") >"$log" 2>&1 </dev/null &
	running=$!
	tail -n +1 -s 0.2 -f --pid="$running" "$log" |
		grep -aE --line-buffered '^ *[0-9]+/[0-9]+ |^(setup|check|demo): |^ended |^[0-9]+ passed, ' |
		sed -u "s/^/$release, $1: /" >&2 &
	wait # not in the pipeline, where a signal would have to wait
	running=''
	rm -rf --one-file-system "$making"
	making=''
}

# bare_row RELEASE WHO LOG: the row that LOG tells.
bare_row() {
	awk -v release="$1" -v who="$2" '
		function cell(step) {
			return !(step in status) ? "FAILED: no end" : status[step] ? "FAILED: exit status " status[step] : took[step] - part[step] " s"
		}
		$1 == "entered" { version = $2; libc = $4 }
		/^setup: [0-9]+ upgraded, / { packages += $4 }
		/^setup: Need to get / {
			megabytes += $5 * ($6 == "kB" ? 0.001 : $6 == "B" ? 0.000001 : $6 == "GB" ? 1000 : 1)
		}
		/^setup: that took [0-9]+ s$/ { now += $4 }
		$1 == "ended" {
			status[$2] = $3
			took[$2] = $4
			part[$2] = now
			setup += now + ($2 == "line" ? $4 : 0)
			now = 0
		}
		/^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ { count = $1 " / " $3 " / " $5; failed = $3 }
		END {
			printf "%s|%s|%s|%s|%d|%.1f MB|%d s|%s|%s|%s%s\n", release, version, libc, who, packages, megabytes, setup,
				cell("demo"), cell("check"), failed || !count ? "FAILED: " : "", count ? count : "no count"
		}' "$3"
}

# bare_matrix: the exit status is that of the whole.
bare_matrix() {
	[ -z "$user" ] || die 1 "--bare wants root, as apt does in the roots"
	printf '%s\n' "release|Debian|glibc|as|packages|to get|set-up|demo|check|passed / failed / skipped" >"$tmp/rows"
	for release in $releases; do
		have_root || continue
		for who in root user; do
			bare_run "$who"
			bare_row "$release" "$who" "$BUILD/matrix/bare-$release-$who.log" >>"$tmp/rows"
		done
	done
	echo
	table <"$tmp/rows"
	for release in $releases; do
		[ ! -e "$tmp/$release.why" ] || printf '%s\n' "$release: skipped: $(cat "$tmp/$release.why")"
	done
	bare_skips
	# shellcheck disable=SC2046 # names without blanks
	[ "$all" ] || printf '%s\n' "not run, as scripts/check does not: $(left_out $(make -n check | grep 'tests/run '))"
	! grep -q 'FAILED' "$tmp/rows" || return 1
	[ "$(wc -l <"$tmp/rows")" -gt 1 ] || die 1 "nothing could run"
}

# bare_skips: the files of tests that could not run at all, and why; single checks that
# were skipped are in the logs.
bare_skips() {
	for release in $releases; do
		for who in root user; do
			log=$BUILD/matrix/bare-$release-$who.log
			[ -e "$tmp/$release.why" ] || awk -v what="$release, as $who: " '
				/^ *[0-9]+\/[0-9]+ / { file = $0; sub(/^ *[0-9]+\/[0-9]+ /, "", file); sub(/ .*/, "", file) }
				/^ *1\.\.0 *# SKIP/ { sub(/.*# SKIP */, ""); print what file ": skipped: " $0 }' "$log"
		done
	done
}
