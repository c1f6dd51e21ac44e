# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""The idna codec of --python-idna=libidn2, in Python 2.7 and 3:

    codec.py [CLASS...]         its tests, or those classes; gaishim --python-idna=libidn2
    codec.py --differences      as a Markdown table, what it does that Python's does not
    codec.py --python           the table and what is alike, held against Python's codec
    codec.py --kinds LENGTH     a line for each bad host and each way to ask for it, how
                                it ended; the long hosts have LENGTH characters
    codec.py --ask HOST...      looks each of them up as text, then as bytes
    codec.py --quiet            lookups between two calls that strace sees
    codec.py --exit             encodes while the interpreter ends
"""
from __future__ import print_function

import atexit
import codecs
import ctypes
import io
import itertools
import os
import random
import signal
import socket
import sys
import threading
import time
import unittest

PY2 = sys.version_info[0] == 2
NARROW = sys.maxunicode == 0xFFFF  # Python 2 may hold an emoji as two surrogates
HUGE = 100000
REFUSED = "refused"
TEXT = type(u"")
LABEL_63 = u"a" * 63

# Hosts that both codecs encode alike.
ALIKE = [
    (u"", b""),
    (u"bücher.de", b"xn--bcher-kva.de"),
    (u"bücher.de.", b"xn--bcher-kva.de."),
    (u"BÜCHER.de", b"xn--bcher-kva.de"),
    (u"bu\u0308cher.de", b"xn--bcher-kva.de"),
    (u"ｂüｃｈｅｒ.de", b"xn--bcher-kva.de"),
    (u"bücher\u3002de", b"xn--bcher-kva.de"),
    (u"bücher\uff0ede", b"xn--bcher-kva.de"),
    (u"bücher\uff61de\u3002", b"xn--bcher-kva.de."),
    (u"b\u00adü.de", b"xn--b-eha.de"),
    (u"例え.テスト", b"xn--r8jz45g.xn--zckzah"),
    (u"\u2603.net", b"xn--n3h.net"),
    (u"\u2764\ufe0f.ws", b"xn--qei.ws"),
    (u"\U0001f4a9.la", b"xn--ls8h.la"),
    (u"\ufb01x.de", b"fix.de"),
    (u"\u212a.de", b"k.de"),
    (u"１２７.０.０.１", b"127.0.0.1"),
    (u"_ü.de", b"xn--_-eha.de"),
    (u"ab--ü.de", b"xn--ab---3ra.de"),
    (u"-ü.de", b"xn----eha.de"),
    (u"ü\uff0d.de", b"xn----dha.de"),
    (u"-a.ü", b"-a.xn--tda"),
    (u"a-.ü", b"a-.xn--tda"),
    (u"r3---sn-abc.ü", b"r3---sn-abc.xn--tda"),
    (u"_dmarc.1.אב", b"_dmarc.1.xn--4dbc"),
    (u"*.ü.de", b"*.xn--tda.de"),
    (u"Python.ORG", b"Python.ORG"),
    (u"_sip._tcp.example.", b"_sip._tcp.example."),
    (u"a b", b"a b"),
    (u"a\0b", b"a\0b"),
    (u"-", b"-"),
    (u"xn--a", b"xn--a"),
    (u".".join([LABEL_63] * 5), b".".join([b"a" * 63] * 5)),
    (u".", REFUSED),
    (u"\u3002", REFUSED),
    (u"a..b", REFUSED),
    (u".a", REFUSED),
    (u"ü..de", REFUSED),
    (u".ü", REFUSED),
    (u"ü..", REFUSED),
    (u"\u00ad.de", REFUSED),
    (u"a" * 64, REFUSED),
    (u"a.%s.b" % (u"a" * 64), REFUSED),
    (u"ü" * 64, REFUSED),
    (u"xn--ü", REFUSED),
    (u"ü\ufffd.de", REFUSED),
    (u"אa.de", REFUSED),
    (u"\u2603אa.de", REFUSED),
    (u"look\u05beout.net", REFUSED),
    (u"\ud800.de", REFUSED),
    (u"a\udfff", REFUSED),
]

# (what, host, Python's codec, this codec)
ENCODE = [
    (u"sharp s", u"faß.de", b"fass.de", b"xn--fa-hia.de"),
    (u"final sigma", u"βόλος.com", b"xn--nxasmq6b.com", b"xn--nxasmm1c.com"),
    (u"ZERO WIDTH JOINER where a script needs it", u"\u0915\u094d\u200d\u0937.in",
     b"xn--11b2ezc.in", b"xn--11b2ezcw70k.in"),
    (u"ZERO WIDTH NON-JOINER where a script needs it", u"\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.ir",
     b"xn--mgba3gch31f.ir", b"xn--mgba3gch31f060k.ir"),
    (u"either elsewhere", u"a\u200db.de", b"ab.de", REFUSED),
    (u"a mapped character that is younger than Unicode 3.2", u"\u1d2c.de", b"xn--z8f.de", b"a.de"),
    (u"a character that Unicode has not assigned", u"\u0378.de", b"xn--zva.de", REFUSED),
    (u"a character that UTS #46 disallows", u"a\u115f.de", b"xn--a-3bh.de", REFUSED),
    (u"a combining mark first", u"\u0300a.de", b"xn--a-ubb.de", REFUSED),
    (u"directions, RFC 5893", u"1\u0660.de", b"xn--1-8pc.de", REFUSED),
    (u"directions over the whole host", u"1à.אב", b"xn--1-sfa.xn--4dbc", REFUSED),
    (u"a symbol beside a sharp s", u"\u2615.faß.de", b"xn--53h.fass.de", b"xn--53h.xn--fa-hia.de"),
    (u"a colon (or %, [, ]) beside a Unicode character", u"ü:80", b"xn--:80-goa", REFUSED),
    (u"what becomes a dot", u"a\u2024b.de", b"a.b.de", REFUSED),
    (u"what becomes \"*\", no host for getaddrinfo", u"\uff0a", b"*", REFUSED),
    (u"what becomes a backslash", u"a\uff3cb.de", b"a\\b.de", REFUSED),
    (u"NUL, unless all is ASCII", u"ü\0.de", b"xn--\0-dha.de", REFUSED),
    (u"nothing left of the last label", u"ü.\u00ad", REFUSED, b"xn--tda."),
    (u"capitals of ASCII labels beside", u"A.ü", b"A.xn--tda", b"a.xn--tda"),
    (u"an ASCII label beside that is no A-label", u"xn--a.ü", b"xn--a.xn--tda", REFUSED),
    (u"254 octets and more in all", u".".join([u"ü"] * 32), b".".join([b"xn--tda"] * 32), REFUSED),
]
DECODE = [
    (u"sharp s", b"xn--fa-hia.de", REFUSED, u"faß.de"),
    (u"final sigma", b"xn--nxasmm1c.com", REFUSED, u"βόλος.com"),
    (u"capitals in an A-label", b"xn--BCHER-KVA.de", u"BüCHER.de", u"bücher.de"),
    (u"a prefix in capitals (Python 3.13: as here)", b"XN--bcher-kva.de", u"XN--bcher-kva.de", u"bücher.de"),
    (u"a character that Unicode has not assigned", b"xn--zva.de", u"\u0378.de", REFUSED),
]


def result(convert, value):
    """What the codec says, or REFUSED."""
    try:
        return convert(value, "idna")
    except UnicodeError:
        return REFUSED


def is_pair(text):
    return NARROW and any(u"\ud800" <= c <= u"\udfff" for c in text)


def splits(whole):
    """All the ways to cut into two, and into pieces of one."""
    for i in range(len(whole) + 1):
        yield [whole[:i], whole[i:]]
    yield [whole[i:i + 1] for i in range(len(whole))]


class Contract(unittest.TestCase):
    """What encodings.idna promises, and test_codecs asks of it."""

    def test_is_ours(self):
        for name in "idna", "IDNA", "Idna":
            info = codecs.lookup(name)
            self.assertEqual(info.name, "idna")
            self.assertEqual(info.encode.__module__, "gaishim_idna")

    def test_all_entrances(self):
        info = codecs.lookup("idna")
        self.assertEqual(info.encode(u"bücher.de"), (b"xn--bcher-kva.de", 9))
        self.assertEqual(info.decode(b"xn--bcher-kva.de"), (u"bücher.de", 16))
        self.assertEqual(tuple(info)[:2], (codecs.getencoder("idna"), codecs.getdecoder("idna")))
        self.assertEqual(codecs.getencoder("idna")(u""), (b"", 0))
        self.assertEqual(codecs.getdecoder("idna")(b""), (u"", 0))
        self.assertEqual(codecs.encode(u"ü", "idna"), b"xn--tda")
        self.assertEqual(codecs.decode(b"xn--tda", "idna"), u"ü")
        self.assertEqual(TEXT(b"xn--tda", "idna"), u"ü")
        encoder = info.streamwriter(io.BytesIO())
        self.assertEqual(encoder.encode(u"ü"), (b"xn--tda", 1))
        self.assertEqual(info.streamreader(io.BytesIO()).decode(b"xn--tda"), (u"ü", 7))

    def test_types(self):
        for host in u"bücher.de", u"a.de":
            name = host.encode("idna")
            self.assertIs(type(name), bytes)
            self.assertIs(type(name.decode("idna")), TEXT)
        self.assertEqual(codecs.decode(bytearray(b"xn--tda.de"), "idna"), u"ü.de")
        if PY2:
            self.assertEqual(b"a.de".encode("idna"), b"a.de")
            self.assertEqual(u"xn--tda.de".decode("idna"), u"ü.de")
            self.assertRaises(UnicodeError, b"\xff".encode, "idna")
            self.assertRaises(UnicodeError, u"\xff".decode, "idna")
            self.assertEqual(codecs.decode(buffer(b"xn--tda.de"), "idna"), u"ü.de")
        else:
            self.assertEqual(codecs.decode(memoryview(b"xn--tda.de"), "idna"), u"ü.de")
            for bad in b"a.de", bytearray(b"a"), memoryview(b"a"):
                self.assertRaises(TypeError, codecs.encode, bad, "idna")
            self.assertRaises(TypeError, codecs.decode, u"xn--tda.de", "idna")
        for bad in None, 5, 1.5, object(), [u"a"]:
            self.assertRaises(TypeError, codecs.encode, bad, "idna")
        self.assertRaises(TypeError, codecs.lookup("idna").encode)

    def test_subclass(self):
        class Host(TEXT):
            pass
        self.assertIs(type(Host(u"ü").encode("idna")), bytes)
        self.assertEqual(Host(u"ü").encode("idna"), b"xn--tda")

    def test_only_strict(self):
        info = codecs.lookup("idna")
        for errors in "ignore", "replace", "backslashreplace", "xmlcharrefreplace", "surrogateescape":
            for host in u"a.de", u"ü..de", u"":
                self.assertRaises(UnicodeError, info.encode, host, errors)
            for name in b"a.de", b"\xff", b"":
                self.assertRaises(UnicodeError, info.decode, name, errors)
            self.assertRaises(UnicodeError, info.incrementalencoder(errors).encode, u"a.")
            self.assertRaises(UnicodeError, info.incrementaldecoder(errors).decode, b"a.")

    def test_encode_error(self):
        """It names the label: codec, host and where, as Python 3.13 does."""
        for host, start, end, reason in [
                (u"foo.%s.de" % (u"ÿ" * 60), 4, 64, "IDN2_PUNYCODE_BIG_OUTPUT"),
                (u"ü.a\u200db.de", 2, 5, "IDN2_CONTEXTJ"),
                (u"ü\u3002\u0378\u3002de", 2, 3, "IDN2_DISALLOWED"),
                (u"ü.\u2603אa.ü", 2, 5, "IDN2_BIDI"),
                (u"1à.אב", 0, 5, "IDN2_BIDI"),  # by itself each label is good
                (u"ü.xn--ü", 2, 7, "IDN2_PUNYCODE_BAD_INPUT"),
                (u"-a.\u2603.xn--a", 5, 10, "IDN2_DISALLOWED"),
                (u"a..b", 2, 3, "label empty or too long"),
                (u"ü..b", 2, 3, "label empty or too long"),
                (u"a.%s." % (u"b" * 64), 2, 66, "label empty or too long"),
                (u"ü.a\0", 0, 4, "NUL in a host"),
                (u"a.\ud800ü", 2, 4, "IDN2_ENCODING_ERROR" if PY2 else "surrogates not allowed"),
                (u".".join([u"ü"] * 32) + u".", 0, 64, "IDN2_TOO_BIG_DOMAIN"),
                # behind as many labels as a host can have there is but one
                (u"ü." * 200, 254, 400, "IDN2_TOO_BIG_DOMAIN")]:
            with self.assertRaises(UnicodeEncodeError) as caught:
                host.encode("idna")
            error = caught.exception
            self.assertEqual((error.encoding, error.object, error.start, error.end, error.reason),
                             ("idna", host, start, end, reason))
            self.assertIs(type(error.reason), str)
            self.assertIn(reason, str(error))

    def test_decode_error(self):
        for name, start, end, reason in [
                (b"python.o\xffrg", 8, 9, "ordinal not in range(128)"),
                (b"a.xn--pythn-&mua.org", 12, 13, "IDN2_"),
                (b"a.xn--fa-hi.org", 2, 11, "IDN2_"),
                (b"xn--" + b"a" * 60, 0, 64, "label way too long"),
                (b"xn--" + b"a" * HUGE, 0, 4 + HUGE, "label way too long"),
                (b"a.xn--a\0b", 7, 8, "NUL in a label")]:
            with self.assertRaises(UnicodeDecodeError) as caught:
                name.decode("idna")
            error = caught.exception
            self.assertEqual((error.encoding, error.object, error.start, error.end),
                             ("idna", name, start, end))
            self.assertIn(reason, error.reason)
            self.assertIs(type(error.reason), str)

    def test_decode_leaves_ascii(self):
        self.assertEqual(b"xn----eha.-a.xn--ab---3ra".decode("idna"), u"-ü.-a.ab--ü")
        for name in b"Python.ORG.", b"a..b", b".", b"a b", b"a\0b", b"-a.xn-", b"a" * HUGE:
            self.assertEqual(name.decode("idna"), name.decode("ascii"))
        self.assertEqual(b"a..xn--tda.B.".decode("idna"), u"a..ü.B.")

    def test_incremental(self):
        for host in u"bücher.de", u"bücher.de.", u"a\u3002bü\uff0ec\uff61", u"python.org", u"\U0001f4a9.la", u"":
            name = host.encode("idna")
            for pieces in splits(host):
                self.assertEqual(b"".join(codecs.iterencode(iter(pieces), "idna")), name)
            for pieces in splits(name):
                self.assertEqual(u"".join(codecs.iterdecode(iter(pieces), "idna")), name.decode("idna"))

    def test_incremental_by_label(self):
        encoder = codecs.getincrementalencoder("idna")()
        self.assertEqual(encoder.encode(u"äx"), b"")
        self.assertEqual(encoder.encode(u"ample\u3002or"), b"xn--xample-9ta.")
        self.assertEqual(encoder.encode(u"g."), b"org.")
        self.assertEqual(encoder.encode(u"", True), b"")
        decoder = codecs.getincrementaldecoder("idna")()
        self.assertEqual(decoder.decode(b"xn--xam"), u"")
        self.assertEqual(decoder.decode(b"ple-9ta.o"), u"äxample.")
        self.assertEqual(decoder.decode(b"rg"), u"")
        self.assertEqual(decoder.decode(b"", True), u"org")

    def test_incremental_refuses(self):
        for host in u"a..b", u"ü..b", u".ü", u"a\u200db", u"a" * 64, u"\ud800.de", u"a.ü\0":
            for pieces in splits(host):
                self.assertRaises(UnicodeEncodeError, list, codecs.iterencode(iter(pieces), "idna"))
        for name in b"\xffa.de", b"a.b\xff", b"xn--a.de", b"de.xn--a", b"xn--pythn-&mua":
            for pieces in splits(name):
                self.assertRaises(UnicodeDecodeError, list, codecs.iterdecode(iter(pieces), "idna"))

    def test_state(self):
        encoder = codecs.getincrementalencoder("idna")()
        fresh = encoder.getstate()
        encoder.encode(u"b.bü")
        state = encoder.getstate()
        self.assertEqual(encoder.encode(u"cher", True), b"xn--bcher-kva")
        encoder.reset()
        self.assertEqual(encoder.getstate(), fresh)
        encoder.setstate(state)
        self.assertEqual(encoder.encode(u".de."), b"xn--b-eha.de.")
        encoder.setstate(fresh)
        self.assertEqual(encoder.encode(u"ü", True), b"xn--tda")

        decoder = codecs.getincrementaldecoder("idna")()
        fresh = decoder.getstate()
        decoder.decode(b"b.xn--t")
        state = decoder.getstate()
        self.assertEqual(state, (b"xn--t", 0))
        decoder.reset()
        self.assertEqual(decoder.getstate(), fresh)
        decoder.setstate(state)
        self.assertEqual(decoder.decode(b"da", True), u"ü")

    def test_stream(self):
        reader = codecs.getreader("idna")(io.BytesIO(b"xn--tda.de"))
        self.assertEqual(reader.read(), u"ü.de")
        self.assertEqual(reader.read(), u"")
        raw = io.BytesIO()
        writer = codecs.getwriter("idna")(raw)
        writer.write(u"ü.de.")
        writer.writelines([u"b", u"\u3002"])
        self.assertEqual(raw.getvalue(), b"xn--tda.de.b.")
        text = io.TextIOWrapper(io.BytesIO(b"xn--tda.de"), encoding="idna")
        self.assertEqual(text.read(), u"ü.de")


class Tables(unittest.TestCase):

    def test_alike(self):
        for host, name in ALIKE:
            self.assertEqual(result(codecs.encode, host), name, repr(host))

    def test_differences(self):
        for table, convert in (ENCODE, codecs.encode), (DECODE, codecs.decode):
            for what, value, _, ours in table:
                self.assertEqual(result(convert, value), ours, what)

    def test_same_as_bytes(self):
        """The object makes of bytes what the codec makes of text: hosts at random."""
        chance = random.Random(46)
        alphabet = list(u"abzAZ09--.ßςüÜßéñäöaaeeo\u3002\uff0e\uff21\uff11\u0308\u00ad\u200c\u200d"
                        u"אباβσ例えテ中\u0915\u094d\u0937☃❤\ufe0f\u0378\u2132_ 1\ufb01") + [u"\U0001f4a9", u"xn--", u".a"]
        convert = ctypes.CDLL(None).gaishim_idna
        convert.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t]
        convert.restype = ctypes.c_char_p
        taken = 0
        for _ in range(2000):
            host = u"".join(chance.choice(alphabet) for _ in range(chance.randint(1, 9)))
            name = result(codecs.encode, host)
            if all(ord(c) < 128 for c in host):
                continue
            out = ctypes.create_string_buffer(1024)
            reason = convert(host.encode("utf-8"), 0, out, len(out))
            labels = out.value.split(b".")
            if b"" in labels[:-1]:
                reason = b"which Python has always refused"
            self.assertEqual(name, REFUSED if reason else out.value, repr(host))
            if reason:
                continue
            taken += 1
            # Stable both ways.
            shown = name.decode("idna")
            self.assertEqual(shown.encode("idna"), name, repr(host))
            self.assertEqual(shown.encode("idna").decode("idna"), shown)
        self.assertGreater(taken, 200)

    def test_decodes_what_leads_back(self):
        """Punycode at random, most of it nonsense: what is taken encodes to itself."""
        chance = random.Random(3492)
        taken = 0
        for _ in range(4000):
            name = ("xn--" + "".join(chance.choice("abcdefghijklmnopqrstuvwxyz0123456789-")
                                     for _ in range(chance.randint(1, 6)))).encode("ascii")
            shown = result(codecs.decode, name)
            if shown != REFUSED:
                taken += 1
                self.assertEqual(shown.encode("idna"), name)
        self.assertGreater(taken, 200)


class Bad(unittest.TestCase):

    def test_100000_characters(self):
        """Python's own takes up to four seconds for some of these."""
        for host in [u"a" * HUGE, u"ü" * HUGE, u"ü." * (HUGE // 2), u"." * HUGE, u"\u3002" * HUGE,
                     u"\ud800" * HUGE, u"ü\0" * (HUGE // 2), u"a" + u"\u0300" * HUGE, u"א." * (HUGE // 2),
                     u"\u2603." * (HUGE // 2), u"ü." * (HUGE // 2) + u"\u0378", u"\u200d" * HUGE]:
            begun = time.time()
            self.assertRaises(UnicodeEncodeError, host.encode, "idna")
            self.assertLess(time.time() - begun, 20)
        self.assertEqual((u"a." * (HUGE // 2)).encode("idna"), b"a." * (HUGE // 2))
        self.assertEqual((u"\u00ad" * HUGE + u"a").encode("idna"), b"a")
        begun = time.time()
        self.assertEqual((b"xn--tda." * (HUGE // 8)).decode("idna"), u"ü." * (HUGE // 8))
        self.assertRaises(UnicodeDecodeError, (b"\xff" * HUGE).decode, "idna")
        self.assertRaises(UnicodeDecodeError, (b"xn--a." * (HUGE // 6)).decode, "idna")
        self.assertLess(time.time() - begun, 20)

    def test_nul(self):
        for host in u"ü.de", u"a.bü", u"\u2603":
            for i in range(len(host) + 1):
                self.assertRaises(UnicodeEncodeError, (host[:i] + u"\0" + host[i:]).encode, "idna")
        name = b"xn--tda.de"
        for i in range(7):
            bad = name[:i] + b"\0" + name[i:]
            if i < 4:  # no prefix, so all is ASCII
                self.assertEqual(bad.decode("idna"), bad.decode("ascii"))
            else:
                self.assertRaises(UnicodeDecodeError, bad.decode, "idna")

    def test_surrogates(self):
        for host in u"\ud800", u"\udfffa", u"ü\udc80.de", u"\udc80.ü", u"\ude00\ud83d":
            self.assertRaises(UnicodeEncodeError, host.encode, "idna")


class Running(unittest.TestCase):
    """Threads, children, interpreters inside, and nothing imported."""

    def test_no_import(self):
        """Since start-up all that is needed is there: even the first use imports
        nothing, as another test sees from outside."""
        seen = []

        class Finder(object):
            def find_spec(self, name, *rest):
                seen.append("found " + name)

            find_module = find_spec

        builtins = sys.modules["__builtin__" if PY2 else "builtins"]
        real = builtins.__import__

        def watched(name, *rest, **named):
            # In Python 2 the loaded take the import lock, too. PyPy's ctypes
            # names itself in every call.
            if PY2 or name not in sys.modules:
                seen.append("import " + name)
            return real(name, *rest, **named)

        def audit(event, details):
            if watching and event in ("import", "open"):
                seen.append("%s %r" % (event, details))

        watching = True
        if hasattr(sys, "addaudithook"):
            sys.addaudithook(audit)
        sys.meta_path.insert(0, Finder())
        builtins.__import__ = watched
        try:
            use_all()
            self.assertEqual(seen, [])
            __import__("colorsys")
            self.assertIn("import colorsys", seen)  # it does watch
        finally:
            builtins.__import__ = real
            del sys.meta_path[0]
            watching = False

    def test_threads_and_forks(self):
        """Eight threads for a second, and children meanwhile."""
        if getattr(sys, "pypy_version_info", (9,))[:3] <= (7, 3, 5):
            self.skipTest("in a child this PyPy waits for a lock of its own")
        stop, wrong, turns = time.time() + 1, [], []

        def run():
            count = 0
            try:
                while count == 0 or time.time() < stop:
                    use_all()
                    count += 1
            except BaseException as error:
                wrong.append(error)
            turns.append(count)

        threads = [threading.Thread(target=run) for _ in range(8)]
        for thread in threads:
            thread.start()
        children = 0
        while children == 0 or time.time() < stop:
            pid = os.fork()
            if pid == 0:
                signal.alarm(20)
                use_all()
                os._exit(0)
            self.assertEqual(os.waitpid(pid, 0)[1], 0)
            children += 1
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])
        self.assertEqual(len(turns), 8)

    def test_subinterpreter(self):
        """It has the codec as well, but in 3.7, where it does not look at PYTHONPATH."""
        try:
            from _testcapi import run_in_subinterp
        except (ImportError, EnvironmentError):  # PyPy would compile it
            self.skipTest("no _testcapi")
        wanted = "fass" if sys.version_info[:2] == (3, 7) else "xn--fa-hia"
        self.assertEqual(run_in_subinterp("assert u'fa\\xdf'.encode('idna') == b'%s'" % wanted), 0)

    def test_isolated_subinterpreter(self):
        """So has one with a lock of its own, but in 3.12, which loads no ctypes there."""
        try:
            import _interpreters as interpreters
        except ImportError:
            try:
                import _xxsubinterpreters as interpreters
            except ImportError:
                self.skipTest("no _interpreters")
        wanted = "fass" if sys.version_info[:2] == (3, 12) else "xn--fa-hia"
        own = interpreters.create()
        run = getattr(interpreters, "exec", None) or interpreters.run_string
        problem = run(own, "assert 'fa\\xdf'.encode('idna') == b'%s'" % wanted)
        interpreters.destroy(own)
        self.assertIsNone(problem)


def use_all():
    """Every way through the codec, errors and all."""
    assert u"faß.de".encode("idna") == b"xn--fa-hia.de"
    assert b"xn--fa-hia.de".decode("idna") == u"faß.de"
    assert u"\u2603.net".encode("idna") == b"xn--n3h.net"
    assert b"".join(codecs.iterencode(u"a.ü.", "idna")) == b"a.xn--tda."
    assert u"".join(codecs.iterdecode([b"a.xn", b"--tda."], "idna")) == u"a.ü."
    assert codecs.getreader("idna")(io.BytesIO(b"xn--tda")).read() == u"ü"
    codecs.getwriter("idna")(io.BytesIO()).write(u"ü")
    for bad in u"ü..de", u"a..b", u"a\u200db", u"\ud800", u"ü\0":
        assert result(codecs.encode, bad) == REFUSED
    for bad in b"\xff", b"xn--a", b"xn--a\0":
        assert result(codecs.decode, bad) == REFUSED
    # Numeric once it is encoded: no resolver.
    assert socket.getaddrinfo(u"１２７.0.0.1", 80)[0][4] == ("127.0.0.1", 80)


def kinds(length):
    """Bad hosts, asked for in every way that Python has."""
    try:
        import http.client as client
        from urllib.request import urlopen
    except ImportError:
        import httplib as client
        from urllib2 import urlopen
    import ssl
    try:
        import asyncio
    except ImportError:
        asyncio = None

    hosts = [
        ("surrogate", u"\ud800.de"), ("nul", u"a\0b"), ("unicode-nul", u"ü\0.de"),
        ("empty", u""), ("dot", u"."), ("empty-label", u"a..b"), ("unicode-empty-label", u"ü..b"),
        ("first-label-empty", u".ü"), ("label-64", u"a" * 64), ("unicode-label-64", u"ü" * 64),
        ("ascii", u"a" * length), ("unicode", u"ü" * length), ("labels", u"a." * (length // 2)),
        ("unicode-labels", u"ü." * (length // 2)), ("dots", u"." * length),
        ("int", 5), ("list", [u"a"]), ("bad-bytes", b"\xff.de"), ("nul-bytes", b"a\0b"),
        ("empty-label-bytes", b"\xc3\xbc..de"),
    ]
    context = ssl.SSLContext(getattr(ssl, "PROTOCOL_TLS_CLIENT", ssl.PROTOCOL_SSLv23))

    def on_socket(use):
        def ask(host):
            plain = socket.socket()
            try:
                use(plain, host)
            finally:
                plain.close()
        return ask

    def on_loop(start):
        def ask(host):
            loop = asyncio.new_event_loop()
            try:
                loop.run_until_complete(start(loop, host))
            finally:
                loop.close()
        return ask

    ways = [
        ("getaddrinfo", lambda host: socket.getaddrinfo(host, 1)),
        ("gethostbyname", socket.gethostbyname),
        ("create_connection", lambda host: socket.create_connection((host, 1), 5)),
        ("bind", on_socket(lambda plain, host: plain.bind((host, 0)))),
        ("connect", on_socket(lambda plain, host: plain.connect((host, 1)))),
        ("ssl", on_socket(lambda plain, host: context.wrap_socket(plain, server_hostname=host))),
        ("http", lambda host: client.HTTPConnection(host, 1, timeout=5).request("GET", "/")),
        ("urlopen", lambda host: urlopen(u"http://%s:1/" % host, timeout=5)),
    ]
    if asyncio:
        ways += [
            ("loop.getaddrinfo", on_loop(lambda loop, host: loop.getaddrinfo(host, 1))),
            ("loop.create_connection", on_loop(
                lambda loop, host: loop.create_connection(asyncio.Protocol, host, 1))),
        ]
    for (way, ask), (name, host) in itertools.product(ways, hosts):
        if way == "urlopen" and not isinstance(host, TEXT):
            continue
        try:
            ask(host)
            kind = "none"
        except UnicodeError:
            kind = "UnicodeError"
        except Exception as error:
            kind = type(error).__name__
        print(way, name, kind)


def ask(hosts):
    for host in hosts:
        data = host if PY2 else host.encode("utf-8")
        for node in data.decode("utf-8"), data:
            socket.getaddrinfo(node, 80)


def quiet():
    """The first lookup may make libc load what it wants; it is without the codec."""
    socket.getaddrinfo(b"first.fake", 80)
    os.access("/begin", 0)
    socket.getaddrinfo(u"bücher.fake", 80)
    socket.getaddrinfo(u"faß.fake", 80)
    result(codecs.encode, u"ü..fake")
    os.access("/end", 0)


def leave():
    """The last one to use the codec is a daemon thread that nobody waits for."""
    def at_exit():
        use_all()
        print("encoded at exit")

    def for_ever():
        while True:
            use_all()

    atexit.register(at_exit)
    for _ in range(4):
        thread = threading.Thread(target=for_ever)
        thread.daemon = True
        thread.start()
    time.sleep(0.1)


def against_python():
    """The columns of the tables that are about Python's own codec; exits 1 if one
    is wrong."""
    wrong = 0
    rows = [(codecs.encode, host, name) for host, name in ALIKE]
    rows += [(codecs.encode, host, theirs) for _, host, theirs, _ in ENCODE]
    rows += [(codecs.decode, name, theirs) for _, name, theirs, _ in DECODE
             if sys.version_info < (3, 13) or not name.startswith(b"XN--")]
    for convert, value, wanted in rows:
        if isinstance(value, TEXT) and is_pair(value) and wanted != REFUSED:
            continue  # Python 2's own cannot, if it is a narrow one
        got = result(convert, value)
        if got != wanted:
            wrong = 1
            print("%r: %r, not %r" % (value, got, wanted))
    sys.exit(wrong)


def shown(value):
    """A cell of the table: what is invisible is spelled out."""
    if value == REFUSED:
        return u"refused"
    text = value if isinstance(value, TEXT) else value.decode("ascii")
    if len(text) > 60:
        text = text[:text.index(u".") + 1] * 2 + u"\u2026"
    hidden = u"\0\u00ad\u0300\u0378\u200c\u200d\u2024"
    return u"`%s`" % u"".join(u"\\u%04x" % ord(c) if c in hidden else c for c in text)


def differences():
    lines = [u"| | host | Python's codec | libidn2 |", u"|---|---|---|---|"]
    for what, value, theirs, ours in ENCODE:
        lines.append(u"| %s | %s | %s | %s |" % (what, shown(value), shown(theirs), shown(ours)))
    lines += [u"", u"| decoding | name | Python's codec | libidn2 |", u"|---|---|---|---|"]
    for what, value, theirs, ours in DECODE:
        lines.append(u"| %s | %s | %s | %s |" % (what, shown(value), shown(theirs), shown(ours)))
    os.write(1, (u"\n".join(lines) + u"\n").encode("utf-8"))


if __name__ == "__main__":
    option = sys.argv[1] if len(sys.argv) > 1 else ""
    if option == "--differences":
        differences()
    elif option == "--python":
        against_python()
    elif option == "--kinds":
        kinds(int(sys.argv[2]))
    elif option == "--ask":
        ask(sys.argv[2:])
    elif option == "--quiet":
        quiet()
    elif option == "--exit":
        leave()
    else:
        unittest.main()
