"""A link between a client and a server of ZooKeeper that a test can break: a TCP proxy on a free port of loopback.

It forwards bytes and nothing else; what a test wants to see of the client's requests it is told by `seen`, a frame at a time
(see `Link.seen`). Not a ZooKeeper: it answers nothing itself.
"""
import socket
import struct
import threading

# Requests of ZooKeeper's protocol that write to a znode that is there: setData, multi.
SET_DATA, MULTI = 5, 14


class Link:
    """Listens on `address` ("host:port") and forwards to `server` ("host:port") while it is whole."""

    def __init__(self, server):
        self.server = server
        self.whole = True
        # Called with the type of each request (None for the first frame, the handshake) before it is forwarded, and again
        # after; set it to watch the client.
        self.seen = None
        # While it is, the server's answers are thrown away.
        self.mute = False
        self.pairs = set()
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def drop(self):
        """Ends the connections that there are; the next ones are taken at once."""
        with self.lock:
            pairs, self.pairs = self.pairs, set()
        for pair in pairs:
            for end in pair:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def cut(self):
        """Ends the connections and lets no other one through until `mend`."""
        self.whole = False
        self.drop()

    def mend(self):
        self.whole = True

    def _accept(self):
        while True:
            client, _ = self.listener.accept()
            if not self.whole:
                client.close()
                continue
            threading.Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client):
        try:
            server = socket.create_connection(self.server.rsplit(":", 1), timeout=2)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pair = (client, server)
        with self.lock:
            self.pairs.add(pair)
        if not self.whole:
            self.drop()
        back = threading.Thread(target=self._copy, args=(server, client), daemon=True)
        back.start()
        self._frames(client, server)
        back.join()
        with self.lock:
            self.pairs.discard(pair)
        client.close()
        server.close()

    def _copy(self, source, sink):
        try:
            while data := source.recv(65536):
                if not self.mute:
                    sink.sendall(data)
        except OSError:
            pass
        self._end(source, sink)

    def _frames(self, source, sink):
        """The client's side, whole frames at a time: four bytes of length, then the frame; but four letters alone are a word."""
        first, held = True, b""
        try:
            while data := source.recv(65536):
                held += data
                if first and held[:4].isalpha():
                    sink.sendall(held)
                    held = b""
                while len(held) >= 4 and len(held) >= (end := 4 + struct.unpack(">i", held[:4])[0]):
                    frame, held = held[:end], held[end:]
                    kind = None if first else struct.unpack(">i", frame[8:12])[0]
                    first = False
                    if self.seen:
                        self.seen(kind, "before")
                    sink.sendall(frame)
                    if self.seen:
                        self.seen(kind, "after")
        except OSError:
            pass
        self._end(source, sink)

    @staticmethod
    def _end(*ends):
        for end in ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
