#!/bin/sh
# SPDX-License-Identifier: MIT
# CPython's own tests end alike without the shim and with it: a few quick modules
# here, in every interpreter that has them. The many others, most of two
# hours of them, are left to scripts/dev/cpython-tests, which also compares these.

. tests/python/lib.sh

compare=scripts/dev/cpython-tests
quick='test_httplib test_site test_asyncio.test_base_events'

# --- bad usage ---

# refused NAME ERE ARGUMENT...
refused() {
	name=$1 ere=$2
	shift 2
	text=$("$compare" "$@" 2>&1)
	is "$name: exit status 2" $? 2
	like "$name: says so" "$text" "$ere"
}

refused 'an unknown option' '^cpython-tests: --nope: no option here' --nope
refused 'no such version' '^cpython-tests: 1\.5: no such interpreter' 1.5
refused 'no such path' '^cpython-tests: \./nope: no such interpreter$' ./nope
refused 'a limit that is none' '^cpython-tests: --limit=0: ' --limit=0
refused 'what gaishim refuses' '^gaishim: --lock=nope: ' --lock=nope
like '--help' "$("$compare" --help)" '^usage: '
ok '--list' test "$("$compare" --list | grep -c '^test_')" -gt 40

# --- it does see a difference: an interpreter that has whatever tests it is asked
# for, and in them the cases that ended as this says ---

cat >"$TMP/python" <<'END_OF_PYTHON'
#!/bin/sh
# python SCRIPT --name | --has MODULE... | --run FILE MODULE, or python -c CODE
with=${LD_PRELOAD:+yes}
purposely=test.test_codecs.IDNACodecTest.test_builtin_encode_invalid
ended() {
	printf '%s\t%s\n' "$1" "$2" >>"$file"
}
case $1$2 in
-c*) getent ahosts 127.0.0.1 ;;
*--name) echo pretended ;;
*--has) shift 2 && printf '%s\n' "$@" ;;
*--run)
	file=$3
	ended case.same ok
	case $4$with in
	test_differs) ended case.differs ok ;;
	test_differsyes) ended case.differs 'ERROR gaierror(-2)' ;;
	test_absent) ended case.absent ok ;;
	test_exityes) exit 1 ;;
	test_crash*)
		# Once, with the shim.
		[ -z "$with" ] || [ -e "$0.crash" ] || { : >"$0.crash" && kill -SEGV $$; }
		;;
	test_purpose) ended "$purposely" ok ;;
	test_purposeyes) ended "$purposely" 'FAIL AssertionError' ;;
	test_flakyyes)
		[ -e "$0.been" ] || ended case.flaky 'FAIL AssertionError'
		ended case.flaky ok
		: >"$0.been"
		;;
	test_flaky) ended case.flaky ok ;;
	test_slow*) sleep 30 ;;
	esac
	;;
esac
END_OF_PYTHON
chmod +x "$TMP/python"

# pretend STATUS MODULE [OPTION]: leaves what was said in $text.
pretend() {
	wanted=$1
	shift
	text=$("$compare" --keep="$TMP/pretended" "$TMP/python" "$@" 2>&1)
	is "$1: exit status $wanted" $? "$wanted"
}

text=$("$compare" --keep="$TMP/pretended" "$TMP/python" test_same 2>&1)
status=$?
case $text in
*'cannot make a network'* | *'no ip(8)'* | *'no unshare(1)'*)
	skip 'all comparing' "$text"
	done_testing
	;;
esac
is 'nothing differs: exit status 0' $status 0
like 'nothing differs: the table' "$text" '^test_same +1$'
pretend 1 test_differs
like 'a difference is told' "$text" 'DIFFERS case.differs$'
like 'how it ended without' "$text" 'without: ok; ok; ok; ok$'
like 'how it ended with' "$text" 'with: +ERROR gaierror\(-2\); '
like 'it is in the table' "$text" '^test_differs +2!1$'
pretend 1 test_absent
like 'a case that was not run' "$text" 'with: +\(not run\); '
pretend 1 test_exit
like 'a run that ended differently' "$text" 'with: +exit 1; '
pretend 1 test_crash
like 'a crash that is seen with the shim alone' "$text" 'DIFFERS \(the run\)$'
pretend 0 test_flaky
like 'what ends alike once is no difference' "$text" '^test_flaky +2~1$'
pretend 0 test_purpose --python-idna=libidn2
like 'what differs on purpose is told' "$text" "on purpose: .*test_builtin_encode_invalid$"
like 'it is in the table' "$text" '^test_purpose +2\*1$'
pretend 1 test_purpose
pretend 0 test_slow --limit=1
like 'a run that is stopped' "$text" ' stopped after 1 s$'
like 'it is in the table' "$text" '^test_slow +1\.\.$'

# --- it does hear how a case ends, of any interpreter ---

cat >"$TMP/ends.py" <<'END_OF_TESTS'
import io, sys, unittest
cases = {'__name__': 'cases'}
exec(open(sys.argv[1]).read(), cases)

class Ends(unittest.TestCase):
    def test_ok(self): pass
    def test_error(self): raise OSError(5, 'at 0x1234')
    def test_failure(self): self.fail('on port 80')
    def test_skip(self): self.skipTest('no /dev/x for 0x12 on port 80')
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    @unittest.expectedFailure
    def test_unexpected(self): pass
    def test_subtest(self):
        if not hasattr(self, 'subTest'):
            self.skipTest('Python 2')
        with self.subTest(): raise KeyError
        with self.subTest(): pass

class Class(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise ValueError
    def test_never(self): pass

cases['listen'](io.open(sys.argv[2], 'a', encoding='utf-8'))
unittest.main(argv=sys.argv[:1])
END_OF_TESTS
cat >"$TMP/ends" <<'END_OF_ENDS'
Ends.test_error: ERROR OSError(5)
Ends.test_expected: expected failure
Ends.test_failure: FAIL AssertionError
Ends.test_ok: ok
Ends.test_skip: skipped no * for * on port #
Ends.test_subtest: subtest: KeyError
Ends.test_unexpected: unexpected success
setUpClass (Class): ERROR ValueError
END_OF_ENDS

ends() {
	"$2" "$TMP/ends.py" tests/python/cpython_cases.py "$TMP/ends.$1" >/dev/null 2>&1
	wanted=$(cat "$TMP/ends")
	case $1 in
	2.7 | pypy2) wanted=$(echo "$wanted" | sed 's/^\(Ends.test_subtest\).*/\1: skipped Python #/') ;;
	esac
	is "$1: how cases end" "$(sed 's/__main__\.//g; s/\t/: /' "$TMP/ends.$1" | sort)" "$wanted"
}
for_pythons ends

# --- the quick modules, in as many interpreters at a time as there are processors ---

begun='' jobs=$(nproc) busy=0
own_tests() {
	# Debian 13's pypy3 came without a file that this asks for.
	why=$("$2" -c 'import test.support' 2>&1) || {
		skip "$1: its own tests" "they cannot be imported: $(printf '%s\n' "$why" | tail -n 1)"
		return
	}
	{
		# shellcheck disable=SC2086 # modules are words
		"$compare" --keep="$TMP/cpython" --limit=100 "$2" $quick
		echo $? >"$TMP/$1.status"
	} >"$TMP/$1.out" 2>&1 &
	begun="$begun $1"
	busy=$(((busy + 1) % jobs))
	[ "$busy" -ne 0 ] || wait
}
for_pythons own_tests
wait

for version in $begun; do
	if grep -q ', it has none of these tests' "$TMP/$version.out"; then
		skip "$version" "it came without CPython's tests"
		continue
	fi
	is "$version: $quick: all end alike" "$(cat "$TMP/$version.status")" 0 ||
		sed 's/^/# /' "$TMP/$version.out"
	cases=$(awk '$4 == "cases" { n += $3 } END { print n + 0 }' "$TMP/$version.out")
	ok "$version: those were $cases cases" test "$cases" -gt 50
done

done_testing
