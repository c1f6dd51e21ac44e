#!/bin/sh
# SPDX-License-Identifier: MIT
# --hold: node asks for one host 100 times through its four threads, and Python through eight,
# and the nameserver gets the queries of one lookup. An answer is kept no longer than was asked
# for, and a change of the files that say where libc looks drops it.

. tests/network/weather/lib.sh

# Each answer takes 20 ms, so that threads of one round come together.
cat >"$TMP/lookups.js" <<'EOF'
let left = 100;
for (let i = 0; i < 100; i++)
	require('dns').lookup(process.argv[2], (error, address) => {
		if (error !== null || address !== '192.0.2.7')
			process.exitCode = 1;
		if (--left === 0)
			console.log('all');
	});
EOF
cat >"$TMP/lookups.py" <<'EOF'
import concurrent.futures, socket, sys
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    answers = list(pool.map(lambda _: socket.getaddrinfo(sys.argv[1], 80, type=socket.SOCK_STREAM), range(100)))
print('all' if all(answer[0][4] == ('192.0.2.7', 80) for answer in answers) else 'wrong')
EOF

# pool NAME COMMAND...: with a host of its own in each of three runs.
pool() {
	name=$1
	shift
	is "$name: 100 answers by libc alone" "$("$@" "slow-20-$name-libc.test")" all
	is "$name: 100 answers with the shim" "$(shimmed "$@" "slow-20-$name-shared.test")" all
	is "$name: 100 answers with --hold" "$(GAISHIM_HOLD=30 shimmed "$@" "slow-20-$name-held.test")" all
	libc=$(asked "slow-20-$name-libc.test") shared=$(asked "slow-20-$name-shared.test")
	held=$(asked "slow-20-$name-held.test")
	ok "$name: queries by libc alone: $libc" test "$libc" -ge 100
	ok "$name: shared by those who ask at the same time: $shared" test "$shared" -lt "$libc"
	# A lookup is two queries: A and AAAA. A busy machine may be late with the answer.
	ok "$name: with --hold: $held" test "$held" -le 8
}

if command -v node >/dev/null; then
	pool node node "$TMP/lookups.js"
else
	skip 'node: 100 lookups through four threads' 'no node'
fi
pool python python3 "$TMP/lookups.py"

# One process asks before and after, and is told when to go on by a line on its stdin.
cat >"$TMP/steps.py" <<'EOF'
import socket, sys
for line in sys.stdin:
    socket.getaddrinfo(line.strip(), 80, type=socket.SOCK_STREAM)
    socket.gethostbyname(line.strip())
    socket.gethostbyname_ex(line.strip())
    print('done', flush=True)
EOF

# begin_steps HOLD: a process with that hold, and pipes to it as 7 and 8.
begin_steps() {
	mkfifo "$TMP/in" "$TMP/out"
	GAISHIM_HOLD=$1 shimmed python3 "$TMP/steps.py" <"$TMP/in" >"$TMP/out" &
	exec 7>"$TMP/in" 8<"$TMP/out"
	rm "$TMP/in" "$TMP/out"
}

end_steps() {
	exec 7>&- 8<&-
	wait $!
}

# step HOST: one step of it, and then how many queries for the host have come so far.
step() {
	printf '%s\n' "$1" >&7
	read -r _ <&8
	asked "$1"
}

begin_steps 1000
once=$(step kept.test)
ok "each of three calls asks: $once queries" test "$once" -ge 4
is 'and then none of them' "$(step kept.test)" "$once"
times=1
for file in resolv.conf hosts nsswitch.conf; do
	printf '# changed\n' >>"/etc/$file"
	times=$((times + 1))
	is "/etc/$file has changed: asked again" "$(step kept.test)" $((times * once))
	is "/etc/$file is the same: not asked" "$(step kept.test)" $((times * once))
done
rm /etc/hosts
is '/etc/hosts is gone: asked again' "$(step kept.test)" $((5 * once))
is '/etc/hosts is still gone: not asked' "$(step kept.test)" $((5 * once))
end_steps

begin_steps 3
is 'for three seconds: asked' "$(step short.test)" "$once"
is 'for three seconds: not asked' "$(step short.test)" "$once"
sleep 3
is 'three seconds later: asked' "$(step short.test)" $((2 * once))
end_steps

begin_steps 0
once=$(step never.test)
is 'without it each of them asks, each time' "$(step never.test)" $((2 * once))
end_steps

done_testing
