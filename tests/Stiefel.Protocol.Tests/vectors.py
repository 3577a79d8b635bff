"""Recomputes every test vector of docs/protocol.md from its inputs.

Written from the document alone, with Debian's python3-pycryptodome: it shares nothing with the program it checks.

    /usr/bin/python3 vectors.py docs/protocol.md
"""

import base64
import hashlib
import hmac
import re
import struct
import sys

from Cryptodome.Cipher import AES
from Cryptodome.PublicKey import ECC

SEGMENT = 65536


def hkdf_extract(salt, material):
    return hmac.new(salt or bytes(32), material, hashlib.sha256).digest()


def hkdf_expand(secret, label, length=32):
    info, output, block = b"stiefel v1 " + label.encode(), b"", b""
    while len(output) < length:
        block = hmac.new(secret, block + info + bytes([len(output) // 32 + 1]), hashlib.sha256).digest()
        output += block
    return output[:length]


def derive(key, label, salt=b"", length=32):
    return hkdf_expand(hkdf_extract(salt, key), label, length)


def omac(key, which, message):
    aes = AES.new(key, AES.MODE_ECB)

    def double(block):
        number = int.from_bytes(block, "big") << 1
        return ((number & (1 << 128) - 1) ^ (0x87 if number >> 128 else 0)).to_bytes(16, "big")

    tweak = double(aes.encrypt(bytes(16)))
    message = bytes([0] * 15 + [which]) + message
    if len(message) % 16:
        tweak = double(tweak)
        message += b"\x80" + bytes(-(len(message) + 1) % 16)
    message = message[:-16] + bytes(a ^ b for a, b in zip(message[-16:], tweak))
    state = bytes(16)
    for at in range(0, len(message), 16):
        state = aes.encrypt(bytes(a ^ b for a, b in zip(state, message[at:at + 16])))
    return state


def eax(key, nonce, header, plain):
    if nonce:
        cipher = AES.new(key, AES.MODE_EAX, nonce=nonce)
        cipher.update(header)
        return cipher.encrypt_and_digest(plain)
    # The library refuses an empty nonce, which EAX allows.
    start = omac(key, 0, nonce)
    counter = AES.new(key, AES.MODE_CTR, nonce=b"", initial_value=start)
    text = counter.encrypt(plain)
    return text, bytes(a ^ b ^ c for a, b, c in zip(start, omac(key, 1, header), omac(key, 2, text)))


def envelope(key, salt, kind, plain):
    header = b"STFE" + bytes([1, kind, 0, 0]) + struct.pack(">I", SEGMENT) + bytes(4) + salt
    parts = [plain[at:at + SEGMENT] for at in range(0, len(plain), SEGMENT)] or [b""]
    output = header
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        text, tag = eax(key, salt + struct.pack(">QB", index, last), header, part)
        output += struct.pack(">I", len(part) | last << 31) + text + tag
    return output


def keys(v):
    return {label: derive(v["shared-key"], label) for label in ("discovery", "discovery-answer", "handshake", "session", "admin", "certificate")}


def certificate(v):
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    derived = derive(v["shared-key"], "certificate", length=72)
    point = ECC.construct(curve="P-256", d=int.from_bytes(derived[:48], "big") % (order - 1) + 1).pointQ
    token = base64.b32encode(derive(v["shared-key"], "admin")).decode().rstrip("=").lower()
    return {"token": token.encode(), "name": (derived[48:56].hex() + ".stiefel").encode(), "point": int(point.x).to_bytes(32, "big") + int(point.y).to_bytes(32, "big")}


def eax_block(v):
    text, tag = eax(v["key"], v["nonce"], v["header"], v["plaintext"])
    return {"ciphertext": text, "tag": tag}


def datagram_head(v, kind, port, laptop_nonce):
    return b"STFD" + bytes([2, kind]) + struct.pack(">H", port) + v["client-nonce"] + laptop_nonce


def of_client(v, head, bound=b""):
    body = head + bytes(72)
    return body + hmac.new(derive(v["shared-key"], "discovery"), body + bound, hashlib.sha256).digest()[:16]


def of_laptop(v, head, bound=b""):
    name = v["laptop-name"]
    identity = v["laptop-id"] + bytes([len(name)]) + name.ljust(63, b"\0")
    return head + b"".join(eax(derive(v["shared-key"], "discovery-answer"), head, bound, identity))


def state(v):
    head = datagram_head(v, 5, 0, v["laptop-nonce"])
    text = v["text"]
    body = v["laptop-id"] + struct.pack(">IBHB", v["number"], v["stage"], v["seconds"], len(text)) + text.ljust(56, b"\0")
    return {"state-datagram": head + b"".join(eax(derive(v["shared-key"], "discovery-answer"), head, v["client-address"], body))}


def discovery(v):
    return {"find": of_client(v, datagram_head(v, 1, 0, bytes(16))), "hello": of_laptop(v, datagram_head(v, 2, v["port"], v["server-nonce"]))}


def call(v):
    return {
        "challenge-datagram": of_laptop(v, datagram_head(v, 3, 0, v["challenge"]), v["client-address"]),
        "wake-datagram": of_client(v, datagram_head(v, 4, 0, v["challenge"]), v["laptop-address"]),
    }


def handshake(v):
    def pair(scalar):
        key = ECC.construct(curve="P-256", d=int.from_bytes(scalar, "big"))
        return key.pointQ, int(key.pointQ.x).to_bytes(32, "big") + int(key.pointQ.y).to_bytes(32, "big")

    (client_point, client_bytes), (server_point, server_bytes) = pair(v["client-scalar"]), pair(v["server-scalar"])
    hello = b"STFH\1\1\0\0" + v["client-nonce"] + client_bytes
    hello += hmac.new(derive(v["shared-key"], "handshake"), hello, hashlib.sha256).digest()
    header = b"STFH\1\2\0\0" + v["server-nonce"] + server_bytes + struct.pack(">I", len(v["manifest"]))
    agreed = int((client_point * int.from_bytes(v["server-scalar"], "big")).x).to_bytes(32, "big")
    assert agreed == int((server_point * int.from_bytes(v["client-scalar"], "big")).x).to_bytes(32, "big")
    transcript = hashlib.sha256(hello + header).digest()
    secret = hkdf_extract(transcript, derive(v["shared-key"], "session") + agreed)
    text, tag = eax(hkdf_expand(secret, "server-hello"), b"", b"", v["manifest"])
    name = base64.b32encode(hkdf_expand(secret, "export")).decode().rstrip("=").lower()
    return {
        "client-hello": hello,
        "ecdh": agreed,
        "transcript": transcript,
        "secret": secret,
        "session-id": hkdf_expand(secret, "session-id", 16),
        "server-hello-key": hkdf_expand(secret, "server-hello"),
        "client-to-server": hkdf_expand(secret, "client-to-server"),
        "server-to-client": hkdf_expand(secret, "server-to-client"),
        "export-name": ("s-" + name).encode(),
        "server-hello": header + text + tag,
    }


def request(v):
    secret = v["secret"]
    header = b"STFR\1\0\0\0" + hkdf_expand(secret, "session-id", 16) + struct.pack(">Q", v["counter"])
    text, tag = eax(hkdf_expand(secret, "client-to-server"), header, v["path"], v["body"])
    answer = derive(hkdf_expand(secret, "server-to-client"), "answer", header + tag)
    return {"request": header + text + tag, "answer-key": answer}


def short_envelope(v):
    return {"envelope": envelope(v["key"], v["salt"], v["kind"], v["plaintext"])}


def long_envelope(v):
    whole = envelope(v["key"], v["salt"], v["kind"], bytes(i % 251 for i in range(v["plaintext-length"])))
    return {"envelope-length": len(whole), "envelope-sha256": hashlib.sha256(whole).digest()}


def x25519(scalar, u):
    """RFC 7748, section 5."""
    prime = 2**255 - 19
    k = bytearray(scalar)
    k[0] &= 248
    k[31] = k[31] & 127 | 64
    k, x1 = int.from_bytes(k, "little"), int.from_bytes(u, "little") % 2**255
    x2, z2, x3, z3, swap = 1, 0, x1, 1, 0
    for t in range(254, -1, -1):
        bit = k >> t & 1
        if swap ^ bit:
            x2, z2, x3, z3 = x3, z3, x2, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        e = a * a - b * b
        da, cb = d * a, c * b
        x3, z3 = (da + cb) ** 2 % prime, x1 * (da - cb) ** 2 % prime
        x2, z2 = a * a * b * b % prime, e * (a * a + 121665 * e) % prime
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, prime - 2, prime) % prime).to_bytes(32, "little")


def tunnel(v):
    base = (9).to_bytes(32, "little")
    return {
        "preshared-key": hkdf_expand(v["secret"], "wireguard"),
        "desktop-public": x25519(v["desktop-private"], base),
        "laptop-public": x25519(v["laptop-private"], base),
    }


def goodbye(v):
    key = hkdf_expand(v["secret"], "goodbye")
    session = hkdf_expand(v["secret"], "session-id", 16)

    def proof(side):
        return hmac.new(key, bytes([side]) + session + struct.pack(">Q", v["number"]), hashlib.sha256).digest()

    data = struct.pack(">I", len(v["export-name"])) + v["export-name"] + struct.pack(">Q", v["number"]) + proof(1)
    return {
        "goodbye-key": key,
        "session-id": session,
        "proof": proof(1),
        "confirmation": proof(2),
        "option": b"IHAVEOPT" + struct.pack(">II", 0x53544602, len(data)) + data,
        "reply": struct.pack(">QIII", 0x3E889045565A9, 0x53544602, 0x53544602, 32) + proof(2)
        + struct.pack(">QIII", 0x3E889045565A9, 0x53544602, 1, 0),
    }


def notices(v):
    key = hkdf_expand(v["secret"], "goodbye")
    session = hkdf_expand(v["secret"], "session-id", 16)
    numbers = struct.pack(">QQ", v["number"], v["after"])

    def seal(message):
        return hmac.new(key, message, hashlib.sha256).digest()

    name = v["export-name"]
    question = struct.pack(">I", len(name)) + name + numbers + seal(b"\3" + session + numbers)
    content = struct.pack(">QB", v["notice"], v["kind"]) + v["text"]
    notice = content + seal(b"\4" + session + numbers + content)
    return {
        "option": b"IHAVEOPT" + struct.pack(">II", 0x53544603, len(question)) + question,
        "reply": struct.pack(">QIII", 0x3E889045565A9, 0x53544603, 0x53544603, len(notice)) + notice
        + struct.pack(">QIII", 0x3E889045565A9, 0x53544603, 1, 0),
    }


COMPUTE = {
    "goodbye": goodbye,
    "notices": notices,
    "tunnel": tunnel,
    "keys": keys,
    "certificate": certificate,
    "eax": eax_block,
    "discovery": discovery,
    "call": call,
    "state": state,
    "handshake": handshake,
    "request": request,
    "envelope": short_envelope,
    "long-envelope": long_envelope,
}


def blocks(document):
    for kind, body in re.findall(r"^```vectors ([a-z-]+)\n(.*?)^```$", document, re.M | re.S):
        entries = re.findall(r"^([a-z0-9-]+) =(.*(?:\n +.*)*)", body, re.M)
        parsed = {}
        for name, text in entries:
            text = text.strip()
            if text.startswith('"'):
                parsed[name] = text[1:-1].encode()
            elif name in ("port", "counter", "number", "after", "notice", "kind", "stage", "seconds", "plaintext-length", "envelope-length"):
                parsed[name] = int(text)
            else:
                parsed[name] = bytes.fromhex(text)
        yield kind, parsed


def main():
    agreed, wrong = 0, 0
    for kind, vector in blocks(open(sys.argv[1], encoding="utf-8").read()):
        for name, expected in COMPUTE[kind](vector).items():
            if vector.get(name) == expected:
                agreed += 1
            else:
                wrong += 1
                print(f"{kind}: {name} should be {expected.hex() if isinstance(expected, bytes) else expected}")
    print(f"{agreed} values agree, {wrong} do not")
    return 1 if wrong or not agreed else 0


sys.exit(main())
