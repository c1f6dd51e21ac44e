# SPDX-License-Identifier: MIT
"""Python's idna codec, served by the libidn2 inside gaishim's shared object.

The sitecustomize beside it loads it for GAISHIM_PYTHON_IDNA=libidn2. It keeps the
contract of encodings.idna, stateless, incremental and as a stream, but encodes as
the object does for hosts that are bytes: by UTS #46 and IDNA 2008 where
encodings.idna follows RFC 3490 (IDNA 2003). Errors are UnicodeError, and where they
concern the text, UnicodeEncodeError or UnicodeDecodeError with the reason. Runs in
Python 2.7 and 3; after install() nothing is imported any more.
"""
import codecs
import ctypes
import encodings

Out = ctypes.c_char * 1024  # bytes; enough for any host
DOTS = u".\u3002\uff0e\uff61"  # UTS #46 2.3, as RFC 3490 3.1
ACE_PREFIX = u"xn--"
MAX_LABELS = 127  # of a host: 253 characters, every other one a dot

_convert = None  # the object's function, once install() has found it


def convert(host, decode):
    """Return (converted host, None) or (None, reason); both hosts are UTF-8."""
    out = Out()
    reason = _convert(host, decode, out, len(out))
    # A reason is a native string in either Python.
    return (None, str(reason.decode("ascii"))) if reason else (out.value, None)


def require_strict(errors):
    if errors != "strict":
        raise UnicodeError("unsupported error handling: " + errors)


def to_ascii(text):
    """Return (ASCII form of a host, None) or (None, reason)."""
    try:
        name = text.encode("ascii")
    except UnicodeEncodeError:
        if u"\0" in text:
            return None, "NUL in a host"
        try:
            utf8 = text.encode("utf-8")
        except UnicodeEncodeError as error:
            return None, error.reason  # a surrogate alone, in Python 3
        name, reason = convert(utf8, False)
        if reason:
            return None, reason
    labels = name.split(b".")
    if not labels[-1]:
        labels.pop()  # of an empty host, or behind the dot at the end
    for label in labels:
        if not 0 < len(label) < 64:
            return None, "label empty or too long"
    return name, None


def bad_label(text):
    """Return where the first label is that has no ASCII form, or where all of a
    host is, if it takes more than one label to say no."""
    start = 0
    # Beside Unicode the object holds "xn--" in ASCII to its word, too.
    unicode_host = any(character > u"\x7f" for character in text)
    for dot in DOTS:
        text = text.replace(dot, u".")
    for label in text.split(u".", MAX_LABELS):
        end = start + len(label)
        if end < len(text) and not label:
            return start, start + 1
        reason = to_ascii(label)[1]
        if not reason and unicode_host and label[:4].lower() == ACE_PREFIX:
            reason = convert(label.encode("ascii"), False)[1]
        if reason:
            return start, end
        start = end + 1
    return 0, len(text)


def encode(text, errors="strict"):
    """Return the ASCII form of a host, and how much of it that is: all."""
    require_strict(errors)
    text = u"" + text  # Python 2 encodes bytes too, if they are ASCII
    name, reason = to_ascii(text)
    if reason:
        start, end = bad_label(text)
        raise UnicodeEncodeError("idna", text, start, end, reason)
    return name, len(text)


def to_unicode(label):
    """Return (Unicode form of an ASCII label, None) or (None, reason)."""
    if label[:4].lower() != ACE_PREFIX:
        return label, None
    if len(label) > 63:
        return None, "label way too long: over 63 octets"
    if u"\0" in label:
        return None, "NUL in a label"
    name, reason = convert(label.lower().encode("ascii"), True)
    return (None, reason) if reason else (name.decode("utf-8"), None)


def bad_character(label):
    """Return where the first character is that no A-label has, or where all is."""
    for i, character in enumerate(label):
        if not character.isalnum() and character != u"-":
            return i, i + 1
    return 0, len(label)


def decode_labels(data, complete):
    """Return the Unicode form of as many bytes as are complete labels, and their
    number; what is behind has to be ASCII as well."""
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError as error:
        raise UnicodeDecodeError("idna", data, error.start, error.end, error.reason)
    text = text[:complete]
    if ACE_PREFIX not in text.lower():
        return text, complete
    labels, offset = [], 0
    for label in text.split(u"."):
        name, reason = to_unicode(label)
        if reason:
            start, end = bad_character(label)
            raise UnicodeDecodeError("idna", data, offset + start, offset + end, reason)
        labels.append(name)
        offset += len(label) + 1
    return u".".join(labels), complete


def decode(data, errors="strict"):
    """Return the Unicode form of a host, and how much of it that is: all."""
    require_strict(errors)
    data = bytes(data)
    return decode_labels(data, len(data))


class IncrementalEncoder(codecs.BufferedIncrementalEncoder):
    def _buffer_encode(self, text, errors, final):
        """Encode the labels that are complete."""
        end = len(text) if final else 1 + max(text.rfind(dot) for dot in DOTS)
        return encode(text[:end], errors)


class IncrementalDecoder(codecs.BufferedIncrementalDecoder):
    def _buffer_decode(self, data, errors, final):
        """Decode the labels that are complete."""
        require_strict(errors)
        data = bytes(data)
        return decode_labels(data, len(data) if final else 1 + data.rfind(b"."))


class Codec(codecs.Codec):
    def encode(self, text, errors="strict"):
        return encode(text, errors)

    def decode(self, data, errors="strict"):
        return decode(data, errors)


class StreamWriter(Codec, codecs.StreamWriter):
    pass


class StreamReader(Codec, codecs.StreamReader):
    pass


def install():
    """Serve the codec from now on. Raises if that cannot be: Python's own goes on."""
    global _convert
    # PyDLL keeps the GIL: giving it away takes longer than the call. PyPy has none.
    library = getattr(ctypes, "PyDLL", ctypes.CDLL)(None)
    _convert = library.gaishim_idna  # preloaded, or AttributeError
    _convert.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t]
    _convert.restype = ctypes.c_char_p
    # encodings looks here before it imports a codec, and the interpreter then
    # keeps what it found.
    encodings._cache["idna"] = codecs.CodecInfo(
        name="idna", encode=encode, decode=decode,
        incrementalencoder=IncrementalEncoder, incrementaldecoder=IncrementalDecoder,
        streamwriter=StreamWriter, streamreader=StreamReader)
    if codecs.lookup("idna").encode is not encode:
        raise LookupError("something has used that codec before")
    u"\xfc".encode("idna")
