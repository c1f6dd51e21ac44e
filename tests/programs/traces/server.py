# SPDX-License-Identifier: MIT
"""The HTTP server of scripts/dev/traces:

    server.py PORT DIRECTORY HOST...

It serves DIRECTORY, and for a path such as /7 a page of some text with ten links, which are
always the same: to such pages on the HOSTs. As `python3 -m http.server` it closes each
connection after the answer. It says "ready" when it can be asked.
"""
import functools
import http.server
import random
import socketserver
import sys

LINKS = 10
PAGES = 60  # of a host


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if not self.path[1:].isdigit():
            super().do_GET()
            return
        dice = random.Random(self.headers['Host'] + self.path)
        links = ['http://%s:%s/%d' % (dice.choice(hosts), port, dice.randrange(PAGES)) for _ in range(LINKS)]
        page = ''.join('<p>Read <a href="%s">this</a>, too.\n' % link for link in links).encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 512  # the threads of the crawler all come at once


port, directory, *hosts = sys.argv[1:]
server = Server(('', int(port)), functools.partial(Handler, directory=directory))
print('ready', flush=True)
server.serve_forever()
