"""What a cable carries without NBD: one TCP connection. `serve ADDRESS PORT`, and `read|write|ask ADDRESS PORT SECONDS`, which prints bytes per
second, or for `ask` (a request of 28 bytes and an answer of 4112, as a 4 KiB read has) the median in microseconds."""
import socket, sys, time

PIECE, QUESTION, ANSWER = 1 << 20, 28, 4096 + 16


def serve(address, port):
    listener = socket.create_server((address, port))
    print("ready", flush=True)
    while True:
        connection = listener.accept()[0]
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection:
            try:
                {b"r": give, b"w": take, b"a": answer}[connection.recv(1)](connection)
            except (ConnectionError, KeyError):
                pass  # the client has seen enough


def give(connection):
    piece = bytes(PIECE)
    while True:
        connection.sendall(piece)


def take(connection):
    piece = bytearray(PIECE)
    while connection.recv_into(piece):
        pass


def answer(connection):
    question, reply = bytearray(QUESTION), bytes(ANSWER)
    while connection.recv_into(question, QUESTION, socket.MSG_WAITALL) == QUESTION:
        connection.sendall(reply)


def read(connection, end):
    piece, count = bytearray(PIECE), 0
    while time.monotonic() < end:
        count += connection.recv_into(piece)
    return count


def write(connection, end):
    piece, count = bytes(PIECE), 0
    while time.monotonic() < end:
        connection.sendall(piece)
        count += PIECE
    return count


def ask(connection, end):
    question, reply, times = bytes(QUESTION), bytearray(ANSWER), []
    while time.monotonic() < end:
        begin = time.monotonic()
        connection.sendall(question)
        connection.recv_into(reply, ANSWER, socket.MSG_WAITALL)
        times.append(time.monotonic() - begin)
    return sorted(times)[len(times) // 2] * 1e6


def main(what, address, port, seconds="0"):
    if what == "serve":
        serve(address, int(port))
    with socket.create_connection((address, int(port))) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(what[0].encode())
        begin = time.monotonic()
        result = {"read": read, "write": write, "ask": ask}[what](connection, begin + float(seconds))
        print(round(result if what == "ask" else result / (time.monotonic() - begin)))


main(*sys.argv[1:])
