# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The part of doctor --live that compares: is a difference between the object and libc alone
# one that is meant? Sourced by live.sh.

# of_call CALL LINES: its line.
of_call() {
	printf '%s\n' "$2" | grep "^$1 "
}

# same_words LINE LINE: both are the same set of words, in whatever order.
same_words() {
	printf '%s\n%s\n' "$1" "$2" | awk '
		NR == 1 { for (i = 1; i <= NF; i++) first[$i] }
		NR == 2 { for (i = 1; i <= NF; i++) second[$i] }
		END {
			for (word in first) if (!(word in second)) differ = 1
			for (word in second) if (!(word in first)) differ = 1
			exit differ || NR != 2
		}'
}

# same_answer CALL LINES LINES: both have the same code and the same set of answers.
same_answer() {
	read -r _ _ _ _ _ _ _ one <<-END
		$(of_call "$1" "$2")
	END
	read -r _ _ _ _ _ _ _ other <<-END
		$(of_call "$1" "$3")
	END
	[ -n "$one" ] && same_words "$one" "$other"
}

# is_localhost HOST
is_localhost() {
	case $1 in
	[Ll][Oo][Cc][Aa][Ll][Hh][Oo][Ss][Tt] | *.[Ll][Oo][Cc][Aa][Ll][Hh][Oo][Ss][Tt]) return 0 ;;
	esac
	return 1
}

# hides_localhost HOST CALL CODE: libc may hide addresses of localhost that the object answers:
# getent asks with AI_ADDRCONFIG, and by one family after the other. The others do neither.
hides_localhost() {
	case ${live_asker?},$2,$3 in
	getent,getaddrinfo,0 | getent,gethostbyname,0) is_localhost "$1" ;;
	*) return 1 ;;
	esac
}

# on_purpose HOST CALL CODE HOW NORMALIZED PLAIN: leaves in $why which of the deliberate
# differences it is that the code is CODE with the object, and PLAIN by libc alone.
on_purpose() {
	why=''
	case $4,$5,$6 in
	localhost,*,0 | localhost,-,*)
		[ "$6" != 0 ] || hides_localhost "$1" "$2" "$3" || return 1
		why="names under localhost that libc does not find are loopback"
		;;
	refused,*,0 | *,[!-]*,0)
		[ -z "$(in_hosts "$1")" ] && [ -n "$(told_by dns name "$1")" ] || return 1
		why="nameservers are asked for a Unicode host in its ASCII form alone"
		;;
	refused,*) why="a Unicode host without an ASCII form is not looked up" ;;
	*,[!-]*,*) why="a Unicode host is normalized without AI_IDN" ;;
	numeric,-,[!0]*)
		[ "$live_asker" = getent ] || return 1
		why="AI_ADDRCONFIG does not touch a numeric host"
		;;
	*)
		hides_localhost "$1" "$2" "$3" || return 1
		why="AI_ADDRCONFIG does not touch localhost"
		;;
	esac
}

# judge HOST CALL ASKED OURS PLAIN: the finding on this call, for which ASKED was asked. OURS
# and PLAIN are the lines with the object and without. Leaves the status in $verdict.
judge() {
	read -r _ made how _ _ normalized _ code answers <<-END
		$(of_call "$2" "$4")
	END
	read -r _ _ _ _ _ _ _ plain_code plain_answers <<-END
		$(of_call "$2" "$5")
	END
	name="${shown?}: $2"
	both="with gaishim (how=$how) ${answers:-$code}, by libc alone ${plain_answers:-$plain_code}"
	if [ "$code" = timeout ] || [ "$plain_code" = timeout ]; then
		verdict='not checked'
		finding "$verdict" live "$name: no answer within 20 seconds: $both"
	elif [ "$made" = - ]; then
		verdict=FAILED
		finding FAILED live "$name: $live_asker asked, and the object saw nothing of it" \
			"see 'loads' and 'preload' here, and 'gaishim check $live_asker'"
	elif same_answer "$2" "$4" "$5"; then
		verdict=ok agreed=$((agreed + 1))
	elif on_purpose "$1" "$2" "$code" "$how" "$normalized" "$plain_code"; then
		verdict=note
		finding note live "$name: $both: on purpose: $why"
	else
		judge_again "$@"
	fi
}

# judge_again HOST CALL ASKED OURS PLAIN: they differ, and both are asked once more: names of
# nameservers change.
judge_again() {
	again=$(answers_of with_object "$3" "$2")
	plain_again=$(answers_of alone "$3" "$2")
	verdict=note
	if same_answer "$2" "$again" "$plain_again" || same_answer "$2" "$again" "$5" ||
		same_answer "$2" "$4" "$plain_again"; then
		finding note live "$name: $both: asked again, they have the same answer"
	elif ! same_answer "$2" "$5" "$plain_again"; then
		finding note live "$name: $both: asked again, libc alone answers otherwise, too"
	elif [ "$plain_code" = EAI_AGAIN ] || [ "$plain_code" = TRY_AGAIN ]; then
		finding note live "$name: $both: libc alone gives up for now"
	else
		case $code,${in_force_DEADLINE:-0} in
		*AGAIN,*[1-9]*)
			finding note live "$name: $both: see --deadline"
			return
			;;
		esac
		verdict=FAILED
		finding FAILED live "$name: $both" "report this line"
	fi
}

# why_unasked CALL ASKED: why there is no answer to it.
why_unasked() {
	case $1,$2,$live_asker in
	gethostbyaddr,,* | getnameinfo,,*) printf 'no address to ask for' ;;
	*,getent) printf 'getent does not make this call: install python3 or perl' ;;
	*,wget) printf "wget does not make this call, or reads the host itself: install python3 or perl" ;;
	*) printf '%s ended before it' "$live_asker" ;;
	esac
}
