# SPDX-License-Identifier: MIT
"""Run a command whose output is a terminal, and print what it writes there.

    terminal.py COLUMNS [-i] [-k N] COMMAND [ARG...]

With -i its input is the terminal, too; with -k ^C is typed after N seconds.
"""
import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading

columns = int(sys.argv[1])
command = sys.argv[2:]
main, terminal = pty.openpty()
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
stdin = subprocess.DEVNULL
if command[0] == "-i":
    command = command[1:]
    stdin = terminal
if command[0] == "-k":
    threading.Timer(float(command[1]), os.write, (main, b"\x03")).start()
    command = command[2:]


def take_terminal():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


env = dict(os.environ)
env.setdefault("TERM", "xterm")
child = subprocess.Popen(command, stdin=stdin, stdout=terminal, stderr=terminal, env=env, preexec_fn=take_terminal)
os.close(terminal)
while True:
    try:
        text = os.read(main, 65536)
    except OSError:
        break
    if not text:
        break
    sys.stdout.buffer.write(text)
sys.exit(child.wait())
