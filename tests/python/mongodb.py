# SPDX-License-Identifier: MIT
"""As much of a MongoDB server as a client needs that wants to know who it is."""
import struct

import bson

OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013


def serve(rfile, wfile, **who):
    """Answer whatever is asked with who the server is, until the client has gone."""
    answer = bson.encode(dict(
        who, ok=1.0, ismaster=True, isWritablePrimary=True, helloOk=True, minWireVersion=0, maxWireVersion=9,
        maxBsonObjectSize=16 << 20, maxMessageSizeBytes=48 << 20, maxWriteBatchSize=1000))
    while True:
        head = rfile.read(16)
        if len(head) < 16:
            return
        length, request, _, code = struct.unpack("<iiii", head)
        rfile.read(length - 16)
        if code == OP_MSG:
            body = struct.pack("<iB", 0, 0) + answer
        else:
            code, body = OP_REPLY, struct.pack("<iqii", 8, 0, 0, 1) + answer
        wfile.write(struct.pack("<iiii", 16 + len(body), 0, request, code) + body)
