#!/bin/sh
# SPDX-License-Identifier: MIT
# The command on random words: it refuses them with a text that says what is allowed,
# or runs COMMAND with its arguments as they were; nothing else runs, nothing is written.
#
# COMMAND_SEED repeats a run that failed, COMMAND_CASES is how many (100) for each shell.

# shellcheck disable=SC2016,SC2317 # no expansion is wanted; the functions are called through ok
. tests/lib/tap.sh
unset LD_PRELOAD PYTHONPATH
checkout "$TMP/tree"
seed=${COMMAND_SEED:-$(date +%s)}
cases=${COMMAND_CASES:-100}
echo "# seed $seed"

# All that PATH leads to: what the command itself calls, what injected text would call,
# and a COMMAND that tells what it got.
mkdir "$TMP/bin" "$TMP/cwd"
grep '^[A-Z]' shim/options.def >"$TMP/rows"
for program in readlink sed cat touch; do
	ln -s "$(command -v $program)" "$TMP/bin/$program"
done
cat >"$TMP/bin/told" <<END
#!/bin/sh
exec >"$TMP/told"
printf '%d arguments:' \$#
printf ' <%s>' "\$@"
for name in $(sed 's/^[^(]*(\([a-z0-9_]*\),.*/\1/' "$TMP/rows" | tr '[:lower:]\n' '[:upper:] ') PATIENCE; do
	eval "[ -z \"\\\${GAISHIM_\$name+x}\" ] || printf ' %s=<%s>' \$name \"\\\$GAISHIM_\$name\""
done
exit 37
END
chmod +x "$TMP/bin/told"
before=$(cd "$TMP" && find . -path ./bin -prune -o -print | sort)

# The cases, as calls of try(): what is wanted (refused; help; or ran, in the form in which
# told writes it), and the words. awk reads the
# table of options by itself.
generate() {
	LC_ALL=C awk -v seed="$1" -v cases="$2" -v cwd="$TMP/cwd" \
		-v needy="$(sed -n 's/^#define NEED_FLIGHTS //p' shim/options.def | tr -d '",')" '
	function pick(n) { return int(rand() * n) }
	function quoted(s) {
		gsub(/\047/, "\047\\\047\047", s)
		return "\047" s "\047"
	}
	function noise(  s, i) {
		for (i = pick(6); i > 0; i--)
			s = s (pick(3) ? sprintf("%c", 1 + pick(255)) : piece[1 + pick(pieces)])
		return s
	}
	# One edit of a word: a character more, less, or another.
	function mutate(s,  at) {
		at = pick(length(s) + 1)
		return substr(s, 1, at) (pick(2) ? noise() : "") substr(s, at + 1 + pick(2))
	}
	function is_in_range(name, value,  fraction) {
		fraction = value
		if (!sub(/^[0-9]*[.]/, "", fraction)) fraction = ""
		if (value !~ /^[0-9]*[.]?[0-9]+$/ || length(fraction) > 9) return 0
		if (kind[name] == "NUMBER" && value ~ /[.]/) return 0
		return value + 0 == standard[name] + 0 || value + 0 >= least[name] + 0 && value + 0 <= most[name] + 0
	}
	# Whether something is set that needs flights, where there are none.
	function is_idle(  name, i, names) {
		if (!("LOCK" in set) || set["LOCK"] == "host") return 0
		for (i = split(needy, names, " "); i > 0; i--) {
			name = toupper(names[i])
			if (name in set && set[name] + 0 != 0) return 1
		}
		return 0
	}
	# is_right OPTION: what it sets is in NAME and VALUE then.
	function is_right(o) {
		name = o
		sub(/=.*/, "", name)
		value = 1
		if (!(name in kind)) return 0
		if (kind[name] == "FLAG") return o == name
		value = substr(o, length(name) + 2)
		if (value == "") return 0
		if (kind[name] ~ /NUMBER|SECONDS/) return is_in_range(name, value)
		if (kind[name] != "FILENAME") return (name, value) in takes
		if (value != "stderr" && substr(value, 1, 1) != "/") value = cwd "/" value
		return 1
	}
	function number(  s, i) {
		for (i = 1 + pick(10); i > 0; i--)
			s = s substr("0000123456789..", 1 + pick(15), 1)
		return s
	}
	function draw(  which, w) {
		which = pick(20)
		if (which == 0) return noise()
		if (which == 1) return "--patience=" number()
		if (which <= 4) return "--log=" noise() noise()
		if (which == 5) return numeric[1 + pick(numerics)] "=" number()
		w = word[1 + pick(words)]
		return which <= 8 ? mutate(w) : w
	}
	# A row of the table.
	{
		row = $0
		sub(/[(].*/, "", row)
		fields = substr($0, length(row) + 2)
		sub(/, *".*/, "", fields)
		count = split(fields, field, /, */)
		order[++n] = toupper(field[1])
		gsub(/_/, "-", field[1])
		option = "--" field[1]
		variable[option] = order[n]
		kind[option] = row
		word[++words] = option
		if (row == "FILENAME") count = split("log stderr /dev/null", field, " ")
		if (row ~ /NUMBER|SECONDS/) {
			numeric[++numerics] = option
			standard[option] = field[2]; least[option] = field[3]; most[option] = field[4]
		}
		for (i = 2; i <= count; i++) {
			takes[option, field[i]]
			word[++words] = option "=" field[i]
		}
	}
	END {
		srand(seed)
		kind["--patience"] = "FILENAME" # once an option: whatever its value, it has no effect
		more = split("--patience=.5 --patience --help --version -- - -h -V -x host on 3", field, " ")
		for (i = 1; i <= more; i++) word[++words] = field[i]
		pieces = split("$(touch_pwned) `touch_pwned` ;touch_pwned; &touch_pwned& * ? ~ $HOME ${IFS} $0 " \
			"\\ \" \047 %s -n = == : =host --", piece, " ")
		for (i in piece) gsub("_", " ", piece[i])
		piece[++pieces] = "\n"; piece[++pieces] = " "; piece[++pieces] = "\t"
		while (cases-- > 0) {
			count = 0
			for (i = pick(5); i > 0; i--) argument[++count] = draw()
			if (pick(8)) argument[++count] = "told"
			for (i = pick(4); i > 0; i--) argument[++count] = pick(2) ? draw() : noise()
			# What is wanted?
			split("", set)
			wanted = ""
			for (i = 1; i <= count && wanted == ""; i++) {
				a = argument[i]
				if (a ~ /^(--help|-h|--version|-V)$/) wanted = "help"
				else if (a == "--") { i++; break }
				else if (substr(a, 1, 1) != "-") break
				else {
					if (a in kind && kind[a] != "FLAG" && i < count) a = a "=" argument[++i]
					if (a ~ /^--patience(=|$)/) continue
					if (is_right(a)) set[variable[name]] = value
					else wanted = "refused"
				}
			}
			if (wanted == "" && (i > count || is_idle())) wanted = "refused"
			if (wanted == "") {
				# Other commands than ours there may not be; subcommands are another matter.
				argument[i] = "told"
				wanted = count - i " arguments:" (i == count ? " <>" : "")
				for (j = i + 1; j <= count; j++) wanted = wanted " <" argument[j] ">"
				for (j = 1; j <= n; j++)
					if (order[j] in set) wanted = wanted " " order[j] "=<" set[order[j]] ">"
			}
			line = "try " quoted(wanted)
			for (j = 1; j <= count; j++) line = line " " quoted(argument[j])
			print line
		}
	}' "$TMP/rows"
}

# complain TEXT: what is wrong with this case. Its words are in $@ of try().
complain() {
	echo "$1; exit status $status" >>"$TMP/complaints"
}

# try WANTED WORD...
try() {
	wanted=$1
	shift
	rm -f "$TMP/told"
	(cd "$TMP/cwd" && PATH=$TMP/bin exec "$shell" "$TMP/tree/scripts/gaishim" "$@") \
		>"$TMP/out" 2>"$TMP/err" </dev/null
	status=$?
	tried=$((tried + 1))
	: >"$TMP/complaints"
	case $wanted in
	refused)
		[ "$status" -eq 2 ] || complain "is not refused"
		[ ! -s "$TMP/out" ] || complain "is refused on standard output"
		# An option may have newlines in it.
		LC_ALL=C grep -aEq "allowed|COMMAND is" "$TMP/err" ||
			complain "does not say what is allowed"
		[ "$(tail -n 1 "$TMP/err")" = "gaishim: try 'gaishim --help'" ] || complain "has no advice"
		[ ! -e "$TMP/told" ] || complain "is refused, and ran"
		;;
	help)
		[ "$status" -eq 0 ] || complain "is not helped"
		[ -s "$TMP/out" ] || complain "is told nothing"
		[ ! -e "$TMP/told" ] || complain "is helped, and ran"
		;;
	*)
		[ "$status" -eq 37 ] || complain "did not run"
		printf '%s' "$wanted" | cmp -s - "$TMP/told" || complain "got other words"
		[ ! -s "$TMP/out" ] || complain "something is on standard output"
		;;
	esac
	[ ! -s "$TMP/complaints" ] || {
		failed=$((failed + 1))
		cat "$TMP/complaints"
		LC_ALL=C tr -c '[:print:]\n' '?' <"$TMP/err"
		printf '<%s> ' "$@" | od -An -c
		printf 'wanted: %s\n' "$wanted" | od -An -c
		[ ! -e "$TMP/told" ] || od -An -c "$TMP/told"
	}
}

# run_cases SEED: with $shell.
run_cases() {
	tried=0 failed=0
	generate "$1" "$cases" >"$TMP/cases" || return 1
	# shellcheck source=/dev/null
	. "$TMP/cases"
	echo "$tried tried, $failed failed"
	[ "$tried" -eq "$cases" ] && [ "$failed" -eq 0 ]
}

for name in dash bash; do
	shell=$(command -v "$name") || {
		skip "$name" "it is not installed"
		continue
	}
	ok "$name: $cases command lines" run_cases "$seed"
done
rm -f "$TMP"/out "$TMP"/err "$TMP"/told "$TMP"/cases "$TMP"/complaints "$TMP"/tap.out
is "nothing was written" "$(cd "$TMP" && find . -path ./bin -prune -o -print | sort)" "$before"
done_testing
