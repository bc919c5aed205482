"""A consumer of the seed's layout: chooses by weight among the children of `/<service>`, watching each one's data.

Prints who answered each call, a line each; `none` where there was nobody to choose, `failed` where the call failed. Arguments: the
registry, the service, ms between calls.
"""
import random
import sys
import time
import urllib.request

from kazoo.client import KazooClient

registry, service, pause = sys.argv[1:]
weights = {}
client = KazooClient(registry, timeout=10, connection_retry={"max_tries": -1, "delay": 0.1, "max_delay": 0.5})
client.start(timeout=30)
client.ensure_path(f"/{service}")


def follow(name):
    @client.DataWatch(f"/{service}/{name}")
    def changed(data, stat):
        if stat is None:
            weights.pop(name, None)
            return False
        weights[name] = int(data)


@client.ChildrenWatch(f"/{service}")
def children(names):
    for name in names:
        if name not in weights:
            follow(name)


def call():
    now = [(name, weight) for name, weight in list(weights.items()) if weight > 0]
    if not now:
        return "none"
    chosen = random.choices([name for name, _ in now], [weight for _, weight in now])[0]
    try:
        with urllib.request.urlopen(f"http://{chosen}/", timeout=2) as answer:
            return answer.read().decode()
    except OSError:
        return "failed"


while True:
    print(call(), flush=True)
    time.sleep(int(pause) / 1000)
