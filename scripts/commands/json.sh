# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# JSON for the subcommands that have --json; they source this.

command -v awk >/dev/null || die 125 "doctor and check need awk: install mawk or gawk"

# json_string TEXT: TEXT as a JSON string, in ASCII alone. A byte that is no UTF-8,
# which a path or a variable may hold, becomes U+FFFD: JSON cannot carry it.
json_string() {
	printf %s "$1" | od -An -v -tu1 | awk '
		{
			for (i = 1; i <= NF; i++)
				byte[n++] = $i
		}
		function escape(code) {
			if (code > 65535) {
				escape(55296 + int((code - 65536) / 1024))
				escape(56320 + code % 1024)
			} else if (code < 32 || code > 126) {
				printf "\\u%04x", code
			} else {
				if (code == 34 || code == 92)
					printf "\\"
				printf "%c", code
			}
		}
		END {
			printf "\""
			for (i = 0; i < n; i += size) {
				code = byte[i]
				size = code < 128 ? 1 : code < 194 ? 0 : code < 224 ? 2 : code < 240 ? 3 : code < 245 ? 4 : 0
				code -= size == 2 ? 192 : size == 3 ? 224 : size == 4 ? 240 : 0
				for (j = 1; j < size && i + j < n && byte[i + j] >= 128 && byte[i + j] < 192; j++)
					code = code * 64 + byte[i + j] - 128
				if (j < size || size == 0 || size == 3 && code < 2048 || size == 4 && code < 65536 ||
				    code > 1114111 || code >= 55296 && code < 57344) {
					code = 65533
					size = 1
				}
				escape(code)
			}
			printf "\""
		}'
}
