#!/usr/bin/env python3
"""Runs a program with a terminal of its own on standard error, for the tests.

    pty-run.py FEED TRIGGER PROGRAM ARGUMENT ...

FEED is a file that is written to its standard input, which then stays open until it ends; TRIGGER the text on the terminal at
which somebody presses Ctrl-C, once. Either may be empty. Prints one line of JSON: exit code (128 and the number of a signal),
standard output, what the terminal saw, and the most memory that the program had, in KiB.
"""

import fcntl
import json
import os
import pty
import resource
import select
import sys
import termios


def main(feed, trigger, *program):
    master, slave = pty.openpty()
    out_read, out_write = os.pipe()
    in_read, in_write = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for descriptor, place in ((in_read, 0), (out_write, 1), (slave, 2)):
            os.dup2(descriptor, place)
        os.closerange(3, 64)
        os.execv(program[0], program)
    for descriptor in (slave, out_write, in_read):
        os.close(descriptor)
    left = open(feed, "rb").read() if feed else b""
    if not feed:
        os.close(in_write)
    os.set_blocking(in_write, False) if feed else None
    seen = {master: b"", out_read: b""}
    reading, pressed = {master, out_read}, False
    while reading:
        readable, writable, _ = select.select(reading, [in_write] if left else [], [])
        for descriptor in readable:
            try:
                part = os.read(descriptor, 65536)
            except OSError:
                part = b""  # the terminal's other end is gone
            seen[descriptor] += part
            if part == b"":
                reading.discard(descriptor)
        for descriptor in writable:
            try:
                left = left[os.write(descriptor, left[:65536]) :]
            except BrokenPipeError:
                left = b""
        if trigger and not pressed and trigger.encode() in seen[master]:
            pressed = True
            os.write(master, b"\x03")
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    print(
        json.dumps(
            {
                "code": 128 - code if code < 0 else code,
                "out": seen[out_read].decode(),
                "err": seen[master].decode(),
                "memoryKiB": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,
            }
        )
    )


main(*sys.argv[1:])
