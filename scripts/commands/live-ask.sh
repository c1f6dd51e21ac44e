# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The part of doctor --live that asks: programs that make one call after another, each with
# the object and with libc alone. Sourced by live.sh.
#
# Such a program takes HOST CALL... and writes a line to standard error after each call, where
# the object's log lines are as well: live CALL MICROSECONDS CODE ANSWER... It escapes what
# could break this line, and the code is no-answer where it cannot tell which.
#
# python3 uses ctypes, as the functions of its socket module make other calls besides.

# find_live_asker LIBC: leaves in $live_asker the program that asks, and defines live_run
# HOST CALL..., which has it do so.
find_live_asker() {
	live_asker=''
	# shellcheck disable=SC2034,SC2317 # both are for live.sh
	if python3 -I -S -c 'import ctypes, _socket; ctypes.CDLL(None).getaddrinfo' 2>/dev/null; then
		live_asker=python3
		live_run() { ${limit?} python3 -I -S -c "$live_python" "$@"; }
	elif perl -MSocket=getaddrinfo -e 1 2>/dev/null; then
		live_asker=perl
		live_run() { $limit perl -e "$live_perl" -- "$@"; }
	elif has_getent "$1"; then
		live_asker=getent
		live_run() { run_getent "$@"; }
	elif has_busybox_wget; then
		live_asker=wget
		live_run() { run_wget "$@"; }
	fi
}

live_python=$(
	cat <<'END'
import ctypes, os, sys, time
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_uint, c_void_p
from _socket import AF_INET, AF_INET6, SOCK_STREAM, inet_ntop, inet_pton

class Info(Structure):
    pass
Info._fields_ = [(name, c_int) for name in ("flags", "family", "type", "protocol")] + [
    ("length", c_uint), ("address", c_void_p), ("canonical", c_char_p), ("next", POINTER(Info))]
class Host(Structure):
    _fields_ = [("name", c_char_p), ("aliases", c_void_p), ("family", c_int), ("length", c_int),
                ("list", POINTER(c_void_p))]

libc = ctypes.CDLL(None)
libc.gethostbyname.restype = libc.gethostbyaddr.restype = POINTER(Host)
libc.__h_errno_location.restype = POINTER(c_int)
eai = {-1: "BADFLAGS", -2: "NONAME", -3: "AGAIN", -4: "FAIL", -5: "NODATA", -6: "FAMILY", -7: "SOCKTYPE",
       -8: "SERVICE", -9: "ADDRFAMILY", -10: "MEMORY", -11: "SYSTEM", -12: "OVERFLOW", -105: "IDN_ENCODE"}
herr = {-1: "NETDB_INTERNAL", 1: "HOST_NOT_FOUND", 2: "TRY_AGAIN", 3: "NO_RECOVERY", 4: "NO_DATA"}

def number(at, length):
    return int.from_bytes(ctypes.string_at(at, length), sys.byteorder)

def address_of(sockaddr):
    if number(sockaddr, 2) == AF_INET:
        return inet_ntop(AF_INET, ctypes.string_at(sockaddr + 4, 4))
    scope = number(sockaddr + 24, 4)
    return inet_ntop(AF_INET6, ctypes.string_at(sockaddr + 8, 16)) + ("%%%d" % scope if scope else "")

def sockaddr_of(text):
    text, _, scope = text.partition("%")
    family = AF_INET6 if ":" in text else AF_INET
    raw = inet_pton(family, text)
    start = family.to_bytes(2, sys.byteorder) + bytes(2)
    if family == AF_INET:
        return family, raw, start + raw + bytes(8)
    return family, raw, start + bytes(4) + raw + int(scope or 0).to_bytes(4, sys.byteorder)

def getaddrinfo(host):
    hints, list_ = Info(type=SOCK_STREAM), POINTER(Info)()
    code = yield lambda: libc.getaddrinfo(host, None, byref(hints), byref(list_))
    found, node = [], list_
    while code == 0 and node:
        found.append(address_of(node.contents.address))
        node = node.contents.next
    yield "EAI_" + eai.get(code, str(code)) if code else "0", found

def of_hostent(entry, answers):
    if entry:
        return "0", answers(entry.contents)
    code = libc.__h_errno_location().contents.value
    return herr.get(code, str(code)), []

def addresses(entry):
    found = []
    while entry.list[len(found)]:
        found.append(inet_ntop(entry.family, ctypes.string_at(entry.list[len(found)], entry.length)))
    return found

def gethostbyname(host):
    yield of_hostent((yield lambda: libc.gethostbyname(host)), addresses)

def gethostbyaddr(host):
    family, raw, _ = sockaddr_of(os.fsdecode(host))
    yield of_hostent((yield lambda: libc.gethostbyaddr(raw, len(raw), family)), lambda entry: [entry.name])

def getnameinfo(host):
    sockaddr, name = sockaddr_of(os.fsdecode(host))[2], ctypes.create_string_buffer(1025)
    NI_NAMEREQD = 8
    code = yield lambda: libc.getnameinfo(sockaddr, len(sockaddr), name, len(name), None, 0, NI_NAMEREQD)
    yield ("EAI_" + eai.get(code, str(code)), []) if code else ("0", [name.value])

def shown(answer):
    answer = answer if isinstance(answer, bytes) else answer.encode()
    return "".join(chr(b) if 32 < b < 127 and b != 92 else "\\x%02x" % b for b in answer)

for call in sys.argv[2:]:
    steps = globals()[call](os.fsencode(sys.argv[1]))
    lookup = next(steps)
    began = time.perf_counter()
    result = lookup()
    us = (time.perf_counter() - began) * 1e6
    code, found = steps.send(result)
    os.write(2, ("live %s %d %s %s\n" % (call, us, code, " ".join(map(shown, found)))).encode())
END
)

live_perl=$(
	cat <<'END'
use strict;
use Socket qw(getaddrinfo getnameinfo inet_ntop inet_pton pack_sockaddr_in pack_sockaddr_in6 AF_INET AF_INET6 SOCK_STREAM NI_NAMEREQD);
my $clock = eval {
	require Time::HiRes;
	Time::HiRes::clock_gettime(Time::HiRes::CLOCK_MONOTONIC());
	sub { Time::HiRes::clock_gettime(Time::HiRes::CLOCK_MONOTONIC()) }
};
my %eai = (-1 => "BADFLAGS", -2 => "NONAME", -3 => "AGAIN", -4 => "FAIL", -5 => "NODATA", -6 => "FAMILY",
	-7 => "SOCKTYPE", -8 => "SERVICE", -9 => "ADDRFAMILY", -10 => "MEMORY", -11 => "SYSTEM", -12 => "OVERFLOW", -105 => "IDN_ENCODE");
sub eai { my $code = $_[0] + 0; $code ? "EAI_" . ($eai{$code} // $code) : "0" }
sub address_of {
	my ($family, undef, undef, undef, $scope) = (unpack("S", $_[0]));
	return inet_ntop(AF_INET, (Socket::unpack_sockaddr_in($_[0]))[1]) if $family == AF_INET;
	(undef, my $raw, $scope) = Socket::unpack_sockaddr_in6($_[0]);
	return inet_ntop(AF_INET6, $raw) . ($scope ? "%$scope" : "");
}
my ($host, @calls) = @ARGV;
my ($text, $scope) = split /%/, $host, 2;
my $family = ($text // "") =~ /:/ ? AF_INET6 : AF_INET;
for my $call (@calls) {
	my ($raw, $sockaddr);
	if ($call eq "gethostbyaddr" || $call eq "getnameinfo") {
		$raw = inet_pton($family, $text);
		$sockaddr = $family == AF_INET ? pack_sockaddr_in(0, $raw) : pack_sockaddr_in6(0, $raw, $scope // 0);
	}
	my ($code, @found) = ("0");
	my $began = $clock ? $clock->() : 0;
	my @got = $call eq "getaddrinfo" ? getaddrinfo($host, "", { socktype => SOCK_STREAM })
		: $call eq "gethostbyname" ? gethostbyname($host)
		: $call eq "gethostbyaddr" ? gethostbyaddr($raw, $family)
		: getnameinfo($sockaddr, NI_NAMEREQD);
	my $us = $clock ? sprintf "%d", ($clock->() - $began) * 1e6 : "-";
	if ($call eq "getaddrinfo") {
		$code = eai(shift @got);
		@found = map { address_of($_->{addr}) } @got;
	} elsif ($call eq "getnameinfo") {
		$code = eai(shift @got);
		@found = $got[0] if $code eq "0";
	} elsif (!@got) {
		$code = "no-answer"; # perl reads h_errno, which the _r forms need not set
	} elsif ($call eq "gethostbyname") {
		@found = map { inet_ntop($got[2], $_) } @got[4 .. $#got];
	} else {
		@found = $got[0];
	}
	s/([^\x21-\x7e]|\\)/sprintf "\\x%02x", ord $1/ge for @found;
	syswrite STDERR, join(" ", "live", $call, $us, $code, @found) . "\n";
}
END
)

# run_getent HOST CALL...: getent has no clock, tells no code, and escapes nothing.
run_getent() {
	host=$1
	shift
	for call; do
		case $call in
		getaddrinfo) said=$($limit getent ahosts -- "$host") ;;
		gethostbyname | gethostbyaddr) said=$($limit getent hosts -- "$host") ;;
		*) continue ;;
		esac
		status=$?
		case $status in
		0) ;;
		124 | 143) return 124 ;;
		*)
			printf 'live %s - no-answer\n' "$call" >&2
			continue
			;;
		esac
		field=1
		[ "$call" != gethostbyaddr ] || field=2
		printf 'live %s - 0 %s\n' "$call" "$(printf '%s\n' "$said" |
			awk -v field=$field '!seen[$field]++ { printf "%s ", $field }' | LC_ALL=C tr -c '\040-\176' '?')" >&2
	done
}

# run_wget HOST CALL...: nobody serves port 1, but wget asks for the host first, and says which
# address it takes. A host in digits it reads itself, and a host may not be more of a URL.
run_wget() {
	[ -n "$1" ] && [ -z "$(printf %s "$1" | LC_ALL=C tr -d 'A-Za-z0-9._\200-\377-')" ] || return 0
	case $1,$2 in
	-*) return ;;
	*[!0-9A-Fa-fXx.]*,getaddrinfo | [!0-9.]*,getaddrinfo) ;;
	*) return ;;
	esac
	said=$(http_proxy='' $limit wget -O /dev/null "http://$1:1/" 2>&1)
	status=$?
	printf '%s\n' "$said" | grep '^ts=' >&2
	case $status,$said in
	124,* | 143,*) return 124 ;;
	*'bad address'*) printf 'live getaddrinfo - no-answer\n' >&2 ;;
	*) printf 'live getaddrinfo - 0 %s\n' "$(printf '%s\n' "$said" |
		sed -n 's/^Connecting to .* (\[\{0,1\}\([0-9a-f.:]*\)\]\{0,1\}:1)$/\1/p' | sed q)" >&2 ;;
	esac
}

# with_object: the environment of a lookup with the object.
with_object() {
	give_environment
	give GAISHIM_LOG stderr
	give LD_PRELOAD "$LD_PRELOAD${beside?}"
}

# alone: the environment of a lookup by libc alone. Where /etc/ld.so.preload has the object it
# is loaded all the same, and switched off.
alone() {
	others=$(preloads_of "${preloaded?}" | grep -v -e '/libgaishim\.so$' -e '^libgaishim\.so$' | tr '\n' ' ')
	unset LD_PRELOAD GAISHIM_LOG
	[ -z "$others" ] || export "LD_PRELOAD=$others"
	export GAISHIM_DISABLE=1
}

# fold: of what live_run's programs write, a line for each call: CALL MADE HOW ASKS US
# NORMALIZED TIME CODE ANSWER... MADE is what the log names; - stands for what there is not.
# A call may be logged in several lookups (getent makes two): the time is that of all.
fold() {
	LC_ALL=C awk '
		function field(name) {
			return match(line, " " name "=[^ ]*") ? substr(line, RSTART + length(name) + 2, RLENGTH - length(name) - 2) : "-"
		}
		function forget() { made = how = asks = us = normalized = "-" }
		BEGIN { forget() }
		/^ts=[0-9.]+ pid=.* call=[a-z0-9_]+ / {
			line = $0
			names = match(line, / normalized="[^"]*"/) ? substr(line, RSTART + 13, RLENGTH - 14) : "-"
			gsub(/"[^"]*"/, "", line)
			made = field("call"); how = field("how"); asks = field("asks"); us = (us == "-" ? 0 : us) + field("us")
			normalized = names
		}
		/^live / {
			printf "%s %s %s %s %s %s %s %s", $2, made, how, asks, us, normalized, $3, $4
			for (i = 5; i <= NF; i++)
				printf " %s", $i
			printf "\n"
			forget()
		}'
}

# answers_of ENVIRONMENT HOST CALL...: the lines of fold for these calls. A call that is not
# answered in time has the code timeout; one that the program does not make has no line.
answers_of() (
	environment=$1 host=$2
	shift 2
	while [ $# -gt 0 ]; do
		said=$(
			$environment
			live_run "$host" "$@" 2>&1 >/dev/null
			printf '\nstatus %d\n' $?
		)
		folded=$(printf '%s\n' "$said" | fold)
		[ -z "$folded" ] || printf '%s\n' "$folded"
		case ${said##*status } in
		124 | 143) ;;
		*) return ;;
		esac
		# The first call of a program has had all its time, and the others have not.
		if [ -z "$folded" ]; then
			printf '%s - - - - - - timeout\n' "$1"
			shift
		else
			shift "$(printf '%s\n' "$folded" | grep -c .)"
		fi
	done
)
