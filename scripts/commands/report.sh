# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# gaishim report: what a log says, for people and for other tools. Sourced by gaishim.

report_usage() {
	cat <<'END'
usage: gaishim report [OPTION...] [LOG...]

Show what the log of `gaishim --log=LOG` says: which hosts were looked up, how
often, how long that took, and what sharing saved. Without a LOG, or for -,
standard input is read.

  --markdown       for GitHub: gaishim report --markdown LOG >>$GITHUB_STEP_SUMMARY
  --json           for programs, with OpenTelemetry's names
  --trace          a Chrome trace, for Perfetto, speedscope or chrome://tracing
  --html=FILE      one page with a timeline, to be opened in a browser
  --sort=WORD      the order of hosts: time, lookups, longest, p99, errors, host
  --top=N          show N hosts; 0: all of them (default: 20); and N of the ten
                   slowest lookups
  --host=GLOB      these hosts alone, as in --host='*.example.com'
  --since=TIME     lookups that ended later: 90s, 5m, 2h or 1d ago, or seconds
                   since 1970

The table has a line a host. led: the first to ask libc; waited: got the answer
of another caller; asked: waited, and then asked libc as well; passed: libc
alone answered, nothing was shared; numeric, refused: answered without libc;
other: see docs/log.md. p50, p90 and p99 are times that so many percent of the
lookups did not exceed, to two digits.

There is colour on a terminal, unless NO_COLOR is set. The exit status is 0; 1
if a LOG cannot be read or FILE not be written, 2 if an option is wrong, 125
if there is no awk.
END
}

# to_since TIME: leaves in $since the seconds since 1970.
to_since() {
	number=${1%[smhd]}
	case $number in
	'' | . | *[!0-9.]* | *.*.*) refuse "report: --since=$1: allowed are a number with s, m, h or d, as in 90s, or seconds since 1970" ;;
	esac
	case $1 in
	*s) unit=1 ;;
	*m) unit=60 ;;
	*h) unit=3600 ;;
	*d) unit=86400 ;;
	*)
		since=$1
		return
		;;
	esac
	since=$(awk -v now="$(date +%s)" -v ago="$number" -v unit=$unit 'BEGIN { printf "%.3f", now - ago * unit }')
}

# one_of OPTION VALUE WORD...: VALUE is one of the words.
one_of() {
	given_option=$1 given_value=$2
	shift 2
	for word; do
		[ "$word" != "$given_value" ] || return 0
	done
	refuse "report: $given_option=$given_value: allowed are $*"
}

# find_width: leaves in $columns how wide the terminal is that stdout is, or 0.
find_width() {
	columns=0
	[ -t 1 ] || return 0
	columns=$(stty size 2>/dev/null </dev/tty) || columns='0 80'
	columns=${columns#* }
	case ${COLUMNS-} in
	'' | *[!0-9]* | ??????*) ;;
	*) columns=$COLUMNS ;;
	esac
	[ "$columns" -gt 0 ] || columns=80
}

# show FORM [LOG...]: prints that form of the report. In the C locale a character is a byte,
# whatever is in a log. GLOB may hold what awk would take for an escape in a -v.
show() {
	unset POSIXLY_CORRECT # by which GNU awk has no strftime()
	case $1 in
	text | markdown) parts="read format count table $1" ;;
	json) parts='read format count json-string json' ;;
	trace | page) parts="read format json-string links $1" ;;
	esac
	shift
	# shellcheck disable=SC2086 # words
	program=$(cd "${commands:?}/report" && printf '%s.awk\n' $parts | xargs cat) || exit 125
	LC_ALL=C GLOB=$glob awk -v version="${version:?}" -v since="$since" -v sort="$sort" -v top="$top" \
		-v columns="$columns" -v colour="$colour" "$program" "$@"
}

# show_page [LOG...]: prints the page. Its lines @CSS@ and so on stand for other files.
show_page() {
	while IFS= read -r line <&3; do
		case $line in
		@CSS@) cat "$commands/report/page.css" ;;
		@SCRIPT@) cat "$commands/report/data.js" "$commands/report/timeline.js" \
			"$commands/report/panels.js" "$commands/report/main.js" ;;
		@DATA@) show page "$@" ;;
		*) printf '%s\n' "$line" ;;
		esac || return
	done 3<"$commands/report/page.html"
}

# write_page FILE [LOG...]: FILE is replaced as a whole, by one whose name nobody can guess.
write_page() {
	page=$1
	shift
	[ ! -d "$page" ] || die 1 "$page is a directory: name a file"
	[ ! -e "$page" ] || [ -f "$page" ] || die 1 "$page is not a regular file, which the page would replace"
	case $page in
	/*) ;;
	*) page=./$page ;;
	esac
	new=$(mktemp "$page.XXXXXX" 2>/dev/null) || die 1 "$page cannot be written"
	if ! { (show_page "$@" >"$new") && chmod "$(printf %o $((0666 & ~0$(umask))))" "$new" && mv -f "$new" "$page"; }; then
		rm -f "$new"
		die 1 "$page cannot be written"
	fi
	printf 'gaishim: wrote %s: open it in a browser\n' "$page" >&2
}

form=text since=0 glob='' sort=time top=20 colour='' page=''
while shift; do
	case ${1-} in
	--help | -h)
		report_usage
		exit 0
		;;
	--markdown | --json | --trace) form=${1#--} ;;
	--html=?*) form=page page=${1#*=} ;;
	--sort=*)
		sort=${1#*=}
		one_of --sort "$sort" time lookups longest p99 errors host
		;;
	--top=*)
		top=${1#*=}
		case $top in
		'' | *[!0-9]*) refuse "report: --top=$top: allowed is a number, and 0 for all" ;;
		esac
		;;
	--host=?*) glob=${1#*=} ;;
	--since=*) to_since "${1#*=}" ;;
	--)
		shift
		break
		;;
	-?*) refuse "report: $1: unknown option; see 'gaishim report --help'" ;;
	*) break ;;
	esac
done
if [ $# -eq 0 ] && [ -t 0 ]; then
	refuse "report: LOG is missing; 'gaishim --log=LOG COMMAND' writes one"
fi
command -v awk >/dev/null || die 125 "there is no awk on the PATH, and the report needs one"
find_width
[ "$columns" = 0 ] || [ -n "${NO_COLOR-}" ] || [ "${TERM-}" = dumb ] || colour=1
for log; do
	shift
	case $log in
	-) set -- "$@" - ; continue ;;
	/*) ;;
	*) log=./$log ;; # or awk would set a=b, and take -f for an option
	esac
	[ ! -d "$log" ] || die 1 "$log is a directory: name a log"
	[ -e "$log" ] || die 1 "$log is not there: 'gaishim --log=$log COMMAND' writes it"
	[ -r "$log" ] || die 1 "$log cannot be read"
	set -- "$@" "$log"
done
if [ "$form" = page ]; then
	write_page "$page" "$@"
else
	show "$form" "$@"
fi
