"""A provider of the seed's layout: `/<service>/<host:port>`, an ephemeral with its weight as text, made anew in each session.

It answers every call with its own address. Arguments: the registry, its session in ms, the service, host, port, weight.
"""
import http.server
import sys
import threading

from kazoo.client import KazooClient, KazooState
from kazoo.exceptions import NodeExistsError

registry, session, service, host, port, weight = sys.argv[1:]
who = f"{host}:{port}"


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(who)))
        self.end_headers()
        self.wfile.write(who.encode())

    def log_message(self, *_):
        pass


retry = {"max_tries": -1, "delay": 0.1, "max_delay": 0.5}
client = KazooClient(registry, timeout=int(session) / 1000, connection_retry=retry)
lost = threading.Event()
again = threading.Event()


def listen(state):
    """A session that ended takes the ephemeral with it; one that only lost its connection keeps it."""
    print(state, flush=True)
    if state == KazooState.LOST:
        lost.set()
    if state == KazooState.CONNECTED and lost.is_set():
        lost.clear()
        again.set()


def register():
    client.ensure_path(f"/{service}")
    try:
        client.create(f"/{service}/{who}", weight.encode(), ephemeral=True)
    except NodeExistsError:
        pass
    print("registered", flush=True)


client.add_listener(listen)
server = http.server.ThreadingHTTPServer((host, int(port)), Answer)
threading.Thread(target=server.serve_forever, daemon=True).start()
client.start(timeout=30)
register()
while again.wait():
    again.clear()
    register()
