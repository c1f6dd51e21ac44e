# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The part of doctor on hosts that the user names: each call's answer with the object beside
# that of libc alone. Sourced by doctor.sh.

# shellcheck source=scripts/commands/live-ask.sh
. "${commands:?}/live-ask.sh"
# shellcheck source=scripts/commands/live-judge.sh
. "$commands/live-judge.sh"
# shellcheck source=scripts/commands/live-source.sh
. "$commands/live-source.sh"

live=''

# to_shown TEXT: prints it as the log does, so that it breaks no line and steers no terminal:
# controls, characters that change the direction, and bytes that are no UTF-8 are escaped.
to_shown() {
	printf %b "$(printf %s "$1" | od -An -v -tu1 | awk '
		{ for (i = 1; i <= NF; i++) byte[n++] = $i }
		END {
			for (i = 0; i < n; i += size) {
				a = byte[i]; b = byte[i + 1]; c = byte[i + 2]
				size = a < 194 ? 1 : a < 224 ? 2 : a < 240 ? 3 : a < 245 ? 4 : 1
				bad = a < 32 || a == 34 || a == 92 || a > 126 && size == 1 || a == 194 && b < 160
				if (a == 226) # U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069
					bad = b == 128 && (c == 142 || c == 143 || c >= 168 && c <= 174) || b == 129 && c >= 166 && c <= 169
				for (j = 1; j < size; j++)
					bad = bad || i + j >= n || byte[i + j] < 128 || byte[i + j] > 191
				if (bad)
					size = 1
				for (j = 0; j < size; j++)
					printf bad ? "\\0134x%02x" : "\\0%03o", byte[i + j]
			}
		}')"
}

# json_number TEXT: null for what is not told.
json_number() {
	case $1 in
	'' | *[!0-9]*) printf null ;;
	*) printf %s "$1" ;;
	esac
}

# json_list WORD...
json_list() {
	separator=''
	printf '['
	for word; do
		printf '%s%s' "$separator" "$(json_string "$word")"
		separator=', '
	done
	printf ']'
}

# first_address LINES: the first that getaddrinfo or gethostbyname has found.
first_address() {
	printf '%s\n' "$1" | awk '($1 == "getaddrinfo" || $1 == "gethostbyname") && $8 == 0 && $9 != "" { print $9; exit }'
}

# add_row JSON: to the calls of this host.
add_row() {
	rows="$rows${rows:+,}
      $1"
}

# unasked_row CALL REASON: the row of a call that was not made.
unasked_row() {
	if ${json?}; then
		add_row "{\"call\": \"$1\", \"status\": \"not checked\", \"reason\": $(json_string "$2")}"
	else
		printf '  %-16s not checked: %s\n' "$1" "$2"
	fi
}

# show_row SOURCE LINE PLAIN: for people. LINE is the one with the object, PLAIN without.
show_row() {
	read -r call made how asks us _ _ code answers <<-END
		$2
	END
	read -r _ _ _ _ _ _ plain_us plain_code plain_answers <<-END
		$3
	END
	[ "$made" = - ] || call=$made
	[ "$asks" = - ] || how="$how asks=$asks"
	plain=${plain_answers:-$plain_code}
	[ "$code $answers" != "$plain_code $plain_answers" ] || plain='the same'
	printf '  %-16s %-16s %-20s %8s %8s  %s | %s\n' "$call" "$how" "$1" "$us" "$plain_us" "${answers:-$code}" "$plain"
}

# json_row SOURCE LINE PLAIN: the same for machines, with the status that judge has left.
json_row() {
	read -r call made how asks us _ _ code answers <<-END
		$2
	END
	read -r _ _ _ _ _ _ plain_us plain_code plain_answers <<-END
		$3
	END
	[ "$made" != - ] || made=$call
	# shellcheck disable=SC2086 # words
	add_row "{\"call\": \"$call\", \"status\": \"$(printf "%s\n" "${verdict?}" | tr '[:upper:]' '[:lower:]')\",
       \"function\": \"$made\", \"how\": \"$how\", \"asks\": $(json_number "$asks"), \"source\": $(json_string "$1"),
       \"us\": $(json_number "$us"), \"code\": \"$code\", \"answers\": $(json_list $answers),
       \"libc\": {\"us\": $(json_number "$plain_us"), \"code\": \"$plain_code\", \"answers\": $(json_list $plain_answers)}}"
}

# is_call CALL MADE: what the log names is CALL, or one of its forms, or nothing.
is_call() {
	case $2 in
	- | "$1" | "$1"_r | "$1"2 | "$1"2_r) return 0 ;;
	esac
	return 1
}

# one_call LIBC HOST CALL KIND ASKED: its row, and with --json its finding. For people the table
# comes first, and $later has the calls that are left to judge.
one_call() {
	our_line=$(of_call "$3" "$ours")
	plain_line=$(of_call "$3" "$plainly")
	read -r _ made how _ _ normalized _ code answers <<-END
		$our_line
	END
	if [ -z "$our_line" ] || [ -z "$plain_line" ]; then
		unasked_row "$3" "$(why_unasked "$3" "$5")"
	elif ! is_call "$3" "$made"; then
		unasked_row "$3" "$live_asker calls $made for this host"
	else
		asked=$5
		[ "$normalized" = - ] || [ "$how" = local ] || asked=$normalized
		source=-
		[ "$made" = - ] || source=$(source_of "$1" "$how" "$4" "$asked" "$code" "$(printf '%s\n' "$answers" | tr ' ' '\n')")
		checked=$((checked + 1))
		if $json; then
			judge "$2" "$3" "$5" "$ours" "$plainly"
			json_row "$source" "$our_line" "$plain_line"
		else
			show_row "$source" "$our_line" "$plain_line"
			later="$later $3"
		fi
	fi
}

# live_host LIBC HOST: the table of its calls, and the findings on them.
live_host() {
	rows='' later='' checked=0 agreed=0
	ours=$(answers_of with_object "$2" getaddrinfo gethostbyname)
	plainly=$(answers_of alone "$2" getaddrinfo gethostbyname)
	address=$(first_address "$ours")
	if [ -n "$address" ]; then
		ours="$ours
$(answers_of with_object "$address" gethostbyaddr getnameinfo)"
		plainly="$plainly
$(answers_of alone "$address" gethostbyaddr getnameinfo)"
	fi
	$json || printf '\nlive %s, asked by %s:\n  %-16s %-16s %-20s %8s %8s  %s\n' "$shown" "$live_asker" \
		call how source us 'libc us' "answer | libc's"
	for call in getaddrinfo gethostbyname; do
		one_call "$1" "$2" "$call" name "$2"
	done
	for call in gethostbyaddr getnameinfo; do
		one_call "$1" "$2" "$call" address "$address"
	done
	for call in $later; do
		case $call in
		getaddrinfo | gethostbyname) judge "$2" "$call" "$2" "$ours" "$plainly" ;;
		*) judge "$2" "$call" "$address" "$ours" "$plainly" ;;
		esac
	done
	if [ $checked -eq 0 ]; then
		finding 'not checked' live "$shown: no call that $live_asker makes"
	elif [ $agreed -eq $checked ]; then
		finding ok live "$shown: libc alone has the same answers; calls compared: $checked"
	fi
}

# check_live LOADS LIBC HOST...: the findings on these hosts, if the object loads. Leaves in
# $live what --json says of them.
check_live() {
	libc=$2
	find_obstacle "$1"
	shift 2
	if [ -z "${why?}" ]; then
		find_live_asker "$libc"
		[ -n "$live_asker" ] || why="nothing here can ask: no python3, perl, getent or busybox's wget"
	fi
	unasked=$why
	for host; do
		shown="\"$(to_shown "$host")\""
		rows=''
		if [ -n "$unasked" ]; then
			finding 'not checked' live "$shown: $unasked"
		else
			live_host "$libc" "$host"
		fi
		! $json || live="$live${live:+,}
    {\"host\": $(json_string "$host"), \"asker\": \"${live_asker-}\", \"calls\": [$rows]}"
	done
	[ -n "$unasked" ] || about_live
}

# about_live: what the figures say, and what they do not.
about_live() {
	case $live_asker in
	python3 | perl) clock="libc's is measured by $live_asker around the call" ;;
	*) clock="$live_asker does not tell libc's" ;;
	esac
	finding note live "us is the time that the object took by its log, and $clock. gaishim was asked first: a cache (nscd, systemd-resolved, dnsmasq) may make libc's lookup after it quicker"
	! names_object || finding note live "/etc/ld.so.preload has the object: libc alone was asked with GAISHIM_DISABLE=1"
}
