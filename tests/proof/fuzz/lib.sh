# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# Corpora as text, which people can read, and as libFuzzer has them, a file for each
# input. In the text an input is a line, in which \0NNN is a byte, in octal, as in
# printf's %b; a line that begins with a '#' is a remark. Source it.

# unpack TEXT DIRECTORY: a file for each line, by its number.
unpack() {
	number=0
	while IFS= read -r line; do
		number=$((number + 1))
		case $line in
		\#*) ;;
		*) printf '%b' "$line" >"$2/$number" ;;
		esac
	done <"$1"
}

# pack FILE...: a line for each, in order. UTF-8 stays as it is where it can be seen:
# not with C1 controls, soft hyphens, zero-width and bidirectional marks.
pack() {
	unseen=$(printf '\302[\200-\237\255]|\342[\200\201]|\357\273\277')
	for file; do
		good=1
		iconv -f UTF-8 -t UTF-16 "$file" >/dev/null 2>&1 || good=0
		! LC_ALL=C grep -aEq "$unseen" "$file" || good=0
		od -An -v -tu1 -w1 "$file" | LC_ALL=C awk -v good="$good" '
			{
				c = $1 + 0
				plain = c > 32 && c < 127 && c != 92 && !(NR == 1 && c == 35) || c == 32 && NR > 1
				if (plain || c > 127 && good)
					printf "%c", c
				else
					printf "\\0%03o", c
			}
			END { print "" }'
	done | LC_ALL=C sort -u
}
