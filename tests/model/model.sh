#!/bin/sh
# SPDX-License-Identifier: MIT
# shim/flight.c and shim/gate.c in every order that three threads can run in: see README.
# MODEL=deep goes further than `make check` has time for.
. tests/tap.sh

here=tests/model/explorer
# Whatever CC is: the tasks change stacks by gcc's __builtin_setjmp, which keeps no registers;
# clang's code relies on some.
command -v gcc >/dev/null || skip_all "no gcc"
echo 'int main(void) { return 0; }' >"$TMP/try.c"
gcc -fsanitize=thread -c -o "$TMP/try.o" "$TMP/try.c" 2>/dev/null || skip_all "gcc has no -fsanitize=thread here"

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

for source in explore hooks flight_check flight_libc flight_lookups flight_task gate_check gate_threads; do
	ok "compiles $source.c" compile "$TMP/$source.o" "$source" -O2 -Ishim
done
for model in flight gate; do
	ok "compiles shim/$model.c" build "$model" shim "$TMP/$model"
done
[ "$TAP_FAILED" -eq 0 ] || done_testing

# explore NAME MODEL ARGUMENT...: all of it, and how much that was.
explore() {
	name=$1 model=$2
	shift 2
	ok "$name" "$TMP/$model" "$@"
	sed -n "s/^$model:/#  /p" "$TMP/tap.out"
}

# mutate MODEL SED: what is broken so is found, at the latest with two faults.
# shellcheck disable=SC2317
mutate() {
	mkdir -p "$TMP/shim"
	cp shim/*.h "$TMP/shim"
	sed "$2" "shim/$1.c" >"$TMP/shim/$1.c"
	if cmp -s "shim/$1.c" "$TMP/shim/$1.c"; then
		echo "the sed command finds nothing to change any more: mend tests/model/mutants"
		return 1
	fi
	build "$1" "$TMP/shim" "$TMP/mutant" || return
	for faults in 0 1 2; do
		"$TMP/mutant" 111 "$faults" >"$TMP/mutant.out" && continue
		sed -n 's/^FAILED: //p' "$TMP/mutant.out" >"$TMP/found"
		break
	done
	[ -s "$TMP/found" ]
}

# The longest goes on beside the others.
"$TMP/flight" 111 2 >"$TMP/long.out" 2>&1 &
long=$!

explore "flights: two lookups a thread" flight 222 0
explore "flights: answers are not shared, a fault" flight 111 1 -u
explore "flights: a signal handler jumps out of any line" flight 111 1 -a
explore "the gate: four lookups and forks" gate 211 0
explore "the gate: three, a fault" gate 111 1
if [ "${MODEL:-}" = deep ]; then
	explore "flights: four lookups, a fault" flight 211 1
	explore "flights: answers are not shared, two faults" flight 111 2 -u
	explore "flights: four lookups, a signal handler jumps out of any line" flight 211 1 -a
	explore "the gate: four, a fault" gate 211 1
	explore "the gate: three, two faults" gate 111 2
fi

tab=$(printf '\t')
while IFS=$tab read -r model name command; do
	case $model in '#'*) continue ;; esac
	rm -f "$TMP/found"
	ok "found in $model: $name" mutate "$model" "$command"
	[ ! -s "$TMP/found" ] || sed 's/^/#   /' "$TMP/found"
done <tests/model/mutants

wait "$long"
is "flights: a lookup a thread, two faults" "$?" 0 || sed 's/^/# /' "$TMP/long.out"
sed -n 's/^flight:/#  /p' "$TMP/long.out"
done_testing
