# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The part of check that reads programs and libraries: by readelf, and by the loader, which
# lists the libraries that it would load. Sourced by check.sh, which has chosen $reader.
# shellcheck disable=SC2034,SC2154 # gaishim's own variables, and check's

# read_elf FILE: what counts of it, a line each, in $elf. The tools are without preloads: a
# sanitizer's runtime among these would end them for faults of their own.
read_elf() {
	elf=$newline$(unset LD_PRELOAD && LC_ALL=C $reader -W -h -l -d -S --dyn-syms "$1" 2>/dev/null | awk '
		/^ *(Class|Data|Machine):/ {
			sub(/^ *[A-Z][a-z]*: *(2.s complement, )?/, "")
			machine = machine (machine == "" ? "" : ", ") $0
		}
		/^ *Type: / { print "type " $2 }
		/interpreter: / {
			gsub(/^.*interpreter: |\].*$/, "")
			print "interpreter " $0
		}
		/\.go\.buildinfo|\.note\.go\.buildid|NEEDED.*\[libgo\.so/ { print "go" }
		/FLAGS_1.*( PIE|0x0*8000000)/ { print "pie" }
		/^ *0x0*6ffffef[bc] |^ *(DEP)?AUDIT / { print "audit" } # llvm has no name for it
		/^ *[0-9]+: [0-9a-f]+ / {
			gsub(/\[[^]]*\]/, "") # other flags of a symbol
			name = $8
			sub(/@.*/, "", name)
			# A sanitizer inside the program has one that asks the next.
			if (name == "getaddrinfo")
				print ($7 ~ /^UND/ || $5 == "WEAK" ? "asks " : "has ") name
			else if (name ~ /^gethostby/)
				print "asks gethostbyname"
			else if (name ~ /^dlm?open$/)
				print "asks dlopen"
			else if (name ~ /^ares_init(_options)?$/)
				print "asks c-ares"
			else if (name == "evdns_base_new")
				print "asks evdns"
			else if (name ~ /^(__)?res_n?(query|search)$/)
				print "asks res_query"
			else if (name ~ /^(exec[vl]p?e?|execvpe|fexecve|posix_spawnp?|system|popen)$/)
				print "asks exec"
		}
		END { print "machine " machine }
	')$newline
}

# elf_has LINE
elf_has() {
	case $elf in
	*"$newline$1$newline"*) ;;
	*) return 1 ;;
	esac
}

# elf_get WORD: what follows WORD in $elf.
elf_get() {
	printf %s "$elf" | sed -n "s/^$1 //p" | sed -n 1p
}

# list_libraries FILE INTERPRETER: what the loader would load for FILE, in $libraries.
# Or gives the verdict, where FILE does not start, or not with the object.
list_libraries() {
	loaded=$(env -u LD_AUDIT -u LD_BIND_NOW -u LD_DEBUG -u LD_VERBOSE -u LD_WARN \
		LC_ALL=C LD_PRELOAD="$object" "$2" --list "$1" 2>&1)
	status=$?
	missing=$(printf '%s\n' "$loaded" | sed -n 's/^	\(.*\) => not found.*/\1/p' | sed -n 1p)
	libraries=$(printf '%s\n' "$loaded" | sed -n 's/^	\(.* => \)\{0,1\}\(\/.*\) (0x[0-9a-f]*)$/\2/p')
	case $loaded in
	*"'$object' from LD_PRELOAD cannot be preloaded"*)
		why=${loaded#*"'$object' from LD_PRELOAD cannot be preloaded "}
		not "its loader leaves the object out: ${why%%: ignored*}: see 'gaishim doctor'"
		;;
	*)
		if [ -n "$missing" ]; then
			not "it does not start here: $missing is missing"
		elif [ $status -ne 0 ]; then
			not "it does not start here: $(printf '%s\n' "$loaded" | sed -n 1p)"
		else
			return 0
		fi
		;;
	esac
	return 1
}

# look_at FILE: what of it, a program or a library, counts for the verdict on the
# program: the first that asks, opens, and so on, by its name.
look_at() {
	name=${1##*/}
	case $name in
	libasan.so* | libclang_rt.asan*) asan=$1 ;;
	libcares.so* | libunbound.so* | libldns.so* | libdns[-.]*so* | libudns.so* | libadns.so* | libgetdns.so*)
		resolver=${resolver:-$name}
		;;
	esac
	! elf_has 'asks getaddrinfo' || asker=${asker:-$name}
	! elf_has 'asks dlopen' || opener=${opener:-$name}
	! elf_has 'asks gethostbyname' || old=${old:-$name}
}

