# SPDX-License-Identifier: MIT
"""A MongoDB server, the only member of a replica set that calls it "localhost",
for deadlock.py. It prints the port where it listens on 127.0.0.1.
"""
import socketserver

import mongodb


class Handler(socketserver.StreamRequestHandler):
    """Whatever it is asked, it answers who it is."""

    def handle(self):
        member = "localhost:%d" % self.server.server_address[1]
        mongodb.serve(self.rfile, self.wfile, setName="deadlock", hosts=[member], me=member, primary=member)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a client that was killed is no news


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
