# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# Programs and libraries, read by od and awk: for which machine, and, where there is no
# readelf, the rest in readelf's words. Numbers are where the ELF format has them. Sourced
# by elf.sh.

# to_machine FILE: leaves in $machine what FILE is for, in the words of uname -m as far as
# these are known; nothing, if FILE is no ELF file.
to_machine() {
	# shellcheck disable=SC2046 # numbers
	set -- $(od -An -v -tu1 -N 20 -- "$1" 2>/dev/null)
	machine=''
	[ $# -eq 20 ] && [ "$1 $2 $3 $4" = '127 69 76 70' ] || return 0
	order=little code=$((${20} * 256 + ${19}))
	[ "$6" = 1 ] || order=big code=$((${19} * 256 + ${20}))
	case $5:$order:$code in
	1:little:3) machine=i386 ;;
	1:little:40) machine=arm ;;
	1:little:62) machine=x32 ;;
	2:little:21) machine=ppc64le ;;
	2:big:22) machine=s390x ;;
	2:little:62) machine=x86_64 ;;
	2:little:183) machine=aarch64 ;;
	2:little:243) machine=riscv64 ;;
	*) machine="machine $code of ELF ($(($5 * 32)) bits, $order endian)" ;;
	esac
}

# numbers FILE OFFSET COUNT: the bytes there.
numbers() {
	tail -c "+$(($2 + 1))" -- "$1" | head -c "$3" | od -An -v -tu1
}

# parse_numbers RULES [OPTION...]: awk with these options, and the bytes of standard input.
parse_numbers() {
	parse_rules=$1
	shift
	awk "$@" '
		{
			for (i = 1; i <= NF; i++)
				byte[count++] = $i
		}
		function get(at, size, value) {
			for (value = 0; size > 0; size--)
				value = value * 256 + byte[at + size - 1]
			return value
		}
		function text(at, value) {
			for (value = ""; byte[at] > 0; at++)
				value = value sprintf("%c", byte[at])
			return value
		}
		END { '"$parse_rules"' }'
}

# read_bytes FILE: as readelf -h -l -d -S --dyn-syms does, as far as read_elf looks at that.
# Of a machine that is not of 64 bits and little endian the type is all that is read.
read_bytes() {
	numbers "$1" 16 2 | parse_numbers 'print "Type: " (get(0, 2) == 2 ? "EXEC" : get(0, 2) == 3 ? "DYN" : get(0, 2))'
	case $machine in
	x86_64 | aarch64 | riscv64 | ppc64le) ;;
	*) return ;;
	esac
	grep -a -o -e '\.go\.buildinfo' -e '\.note\.go\.buildid' -- "$1" | sed q
	read -r programs programs_size sections sections_size <<-END
		$(numbers "$1" 0 64 | parse_numbers 'print get(32, 8), get(54, 2) * get(56, 2), get(40, 8), get(58, 2) * get(60, 2)')
	END
	read -r offset size <<-END
		$(numbers "$1" "$programs" "$programs_size" | parse_numbers '
			for (at = 0; at < count; at += 56)
				if (get(at, 4) == 3)
					print get(at + 8, 8), get(at + 32, 8)')
	END
	[ -z "$offset" ] || printf 'interpreter: %s]\n' "$(numbers "$1" "$offset" $((size - 1)) | parse_numbers 'print text(0)')"
	# The dynamic section, and the symbols with their names.
	numbers "$1" "$sections" "$sections_size" | parse_numbers '
		for (at = 0; at < count; at += 64)
			if (get(at + 4, 4) == 6)
				print "dynamic", get(at + 24, 8), get(at + 32, 8)
			else if (get(at + 4, 4) == 11) {
				names = 64 * get(at + 40, 4)
				print "symbols", get(at + 24, 8), get(at + 32, 8), get(names + 24, 8), get(names + 32, 8)
			}' |
		while read -r kind offset size names names_size; do
			case $kind in
			dynamic) numbers "$1" "$offset" "$size" | parse_numbers '
				for (at = 0; at < count; at += 16)
					if (get(at, 8) == 1879048187 && get(at + 8, 8) % 268435456 >= 134217728)
						print "FLAGS_1 PIE"
					else if (get(at, 8) == 1879047931 || get(at, 8) == 1879047932)
						print "AUDIT "' ;;
			symbols) { numbers "$1" "$names" "$names_size" && numbers "$1" "$offset" "$size"; } |
				parse_numbers '
					for (at = size; at < count; at += 24)
						print int((at - size) / 24) ": 0 0 - " (int(byte[at + 4] / 16) == 2 ? "WEAK" : "-"), "-",
							(get(at + 6, 2) == 0 ? "UND" : "-"), text(get(at, 4))' -v size="$names_size" ;;
			esac
		done
}
