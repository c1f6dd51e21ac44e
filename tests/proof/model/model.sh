#!/bin/sh
# SPDX-License-Identifier: MIT
# Limit: 900 s
# The flights and the gate of shim/ in every order that three threads can run in: see README.
# MODEL=deep goes further than `make check` has time for.
. tests/lib/tap.sh

here=tests/proof/model/explorer
# Whatever CC is: the tasks change stacks by gcc's __builtin_setjmp, which keeps no registers;
# clang's code relies on some.
command -v gcc >/dev/null || skip_all "no gcc"
echo 'int main(void) { return 0; }' >"$TMP/try.c"
gcc -fsanitize=thread -c -o "$TMP/try.o" "$TMP/try.c" 2>/dev/null ||
	skip_all "gcc has no -fsanitize=thread here"

# shellcheck disable=SC2317 # these functions are called through ok
# compile OUTPUT SOURCE [FLAG...]
compile() {
	output=$1 source=$2
	shift 2
	gcc -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -Wno-address -g "$@" -c -o "$output" "$here/$source.c"
}

# build MODEL SHIM PROGRAM: with the shim in that folder. Only what is under test is told of
# its accesses.
# shellcheck disable=SC2317
build() {
	compile "$3.o" "$1_subject" -O1 -fsanitize=thread "-I$2" &&
		gcc -o "$3" "$3.o" "$TMP/explore.o" "$TMP/hooks.o" "$TMP/$1"_*.o
}

for source in "$here"/*.c; do
	case $source in *_subject.c) continue ;; esac
	source=$(basename "$source" .c)
	ok "compiles $source.c" compile "$TMP/$source.o" "$source" -O2 -Ishim
done
for model in flight gate; do
	ok "compiles the $model of shim" build "$model" shim "$TMP/$model"
done
[ "$TAP_FAILED" -eq 0 ] || done_testing

# explore NAME MODEL ARGUMENT...: all of it, and how much that was.
explore() {
	name=$1 model=$2
	shift 2
	ok "$name" "$TMP/$model" "$@"
	sed -n "s/^$model:/#  /p" "$TMP/tap.out"
}

# find_run MODEL RUN...: the first run in which the mutant fails, and by what.
# shellcheck disable=SC2317
find_run() {
	model=$1
	shift
	for run; do
		# shellcheck disable=SC2086 # a run is the program's arguments
		"$TMP/mutant" $run >"$TMP/mutant.out" && continue
		sed -n "s/^FAILED:/$model $run:/p" "$TMP/mutant.out" >"$TMP/found"
		break
	done
	[ -s "$TMP/found" ]
}

# mutate FILE SED: what is broken so is found.
# shellcheck disable=SC2317
mutate() {
	mkdir -p "$TMP/shim"
	cp -R shim/. "$TMP/shim"
	file=$(cd shim && find . -name "$1.c")
	sed "$2" "shim/$file" >"$TMP/shim/$file"
	if cmp -s "shim/$file" "$TMP/shim/$file"; then
		echo "the sed command finds nothing to change any more: mend tests/proof/model/mutants"
		return 1
	fi
	if [ "$1" = gate ]; then
		build gate "$TMP/shim" "$TMP/mutant" && find_run gate "111 0" "111 1" "111 2"
	else
		build flight "$TMP/shim" "$TMP/mutant" &&
			find_run flight "111 0" "110 1" "110 2" "100 2 -a" "110 1 -u" "110 1 -a" \
				"111 0 -n" "111 1" "111 1 -a"
	fi
}

# The longest goes on beside the others.
"$TMP/flight" 222 0 >"$TMP/long.out" 2>&1 &
long=$!

explore "flights: a fault" flight 111 1
explore "flights: a fault, and a coarse clock that is behind" flight 111 1 -c
explore "flights: no table yet" flight 111 0 -n
explore "flights: answers are not shared, a fault" flight 111 1 -u
explore "flights: two callers, three faults" flight 110 3
explore "flights: a signal handler at any store, a fault" flight 111 1 -a
explore "flights: two callers, a signal handler at any store, two faults" flight 110 2 -a
explore "flights: one caller, a signal handler at any store, three faults" flight 100 3 -a
explore "the gate: four lookups and forks" gate 211 0
explore "the gate: three, a fault" gate 111 1
if [ "${MODEL:-}" = deep ]; then
	explore "flights: two faults" flight 111 2
	explore "flights: four lookups, a fault" flight 211 1
	explore "flights: answers are not shared, two faults" flight 111 2 -u
	explore "flights: no table yet, a fault" flight 111 1 -n
	explore "flights: three lookups, a signal handler at any store, two faults" flight 210 2 -a
	explore "the gate: four, a fault" gate 211 1
	explore "the gate: three, two faults" gate 111 2
fi

tab=$(printf '\t')
while IFS=$tab read -r file name command; do
	case $file in '#'*) continue ;; esac
	rm -f "$TMP/found"
	ok "found in $file.c: $name" mutate "$file" "$command"
	[ ! -s "$TMP/found" ] || sed 's/^/#   /' "$TMP/found"
done <tests/proof/model/mutants

wait "$long"
is "flights: two lookups a thread" "$?" 0 || sed 's/^/# /' "$TMP/long.out"
sed -n 's/^flight:/#  /p' "$TMP/long.out"
done_testing
