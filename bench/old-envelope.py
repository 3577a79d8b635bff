"""The old system's way to send a file: read all of it, AES-EAX by pycryptodome, send, receive all, decrypt and verify.

    /usr/bin/python3 old-envelope.py FILE      prints lines `what<TAB>bytes per second`
"""

import os
import socket
import sys
import time

from Cryptodome.Cipher import AES

key = os.urandom(16)


def serve(connection, path):
    with open(path, "rb") as file:
        plain = file.read()
    cipher = AES.new(key, AES.MODE_EAX)
    text, tag = cipher.encrypt_and_digest(plain)
    connection.sendall(cipher.nonce + tag + text)
    connection.close()


def fetch(connection):
    parts = []
    while part := connection.recv(1 << 20):
        parts.append(part)
    whole = b"".join(parts)
    return AES.new(key, AES.MODE_EAX, nonce=whole[:16]).decrypt_and_verify(whole[32:], whole[16:32])


def main():
    path = sys.argv[1]
    size = os.path.getsize(path)
    ours, theirs = socket.socketpair()
    start = time.monotonic()
    if os.fork() == 0:
        ours.close()
        serve(theirs, path)
        os._exit(0)
    theirs.close()
    assert len(fetch(ours)) == size
    print(f"transfer, the old system's way\t{size / (time.monotonic() - start):.0f}")
    with open(path, "rb") as file:
        plain = file.read()
    start = time.monotonic()
    AES.new(key, AES.MODE_EAX).encrypt_and_digest(plain)
    print(f"seal, the old system's way\t{size / (time.monotonic() - start):.0f}")


main()
