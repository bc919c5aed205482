"""An ensemble of three whose leader is killed in the middle of an action, again and again: what Keepwatch says became of it is true.

    python tests/peers/ensemble.py [ROUNDS [SEED]]

Each round drains or undrains one instance through links that see the client's requests, and kills the leader at a moment around the
one that writes: while the plan is made, just before the request is passed on, just after, some milliseconds later, or when it has been
answered and the answer is lost on its way. Then the znode is read by another client, at once and again when the killed server is back:
the write happened once where Keepwatch says so, not at all where it says so, and never late.
"""
import logging
import random
import sys
import threading
import time

from kazoo.client import KazooClient

from link import MULTI, SET_DATA, Link
from parts import Keepwatch, Server, free_port, until

SERVICE, WHO, WEIGHT = "orders-service", "127.0.71.1:5002", b"10"
NODE = f"/{SERVICE}/{WHO}"
INTENT = f"/keepwatch/intents/{SERVICE}/{WHO}"
MOMENTS = ["unheard", "early", "before", "after", "later"]


class Ensemble:
    """Three servers, and a client of the test's own that outlives their elections."""

    def __init__(self):
        peers = [f"server.{n}=127.0.0.1:{free_port()}:{free_port()}" for n in (1, 2, 3)]
        self.servers = [Server(n, peers) for n in (1, 2, 3)]
        for server in self.servers:
            server.serves()
        hosts = ",".join(server.address for server in self.servers)
        self.client = KazooClient(hosts, timeout=50, connection_retry={"max_tries": -1, "delay": 0.1, "max_delay": 0.3},
                                  command_retry={"max_tries": -1, "delay": 0.1, "max_delay": 0.3})
        self.client.start(timeout=60)

    def leader(self):
        return until("a leader", lambda: next((s for s in self.servers if s.running() and s.mode() == "leader"), None))

    def truth(self):
        """The znode's bytes, how often it was written, and whether an intent is kept."""
        def look():
            self.client.sync(NODE)
            data, stat = self.client.get(NODE)
            return data, stat.version, self.client.exists(INTENT) is not None
        return self.client.retry(look)

    def heal(self):
        for server in self.servers:
            if not server.running():
                server.start().serves()


class Killer:
    """Kills the leader once, at the moment that the links' requests tell."""

    def __init__(self, leader, moment, chance, links):
        self.leader, self.moment, self.chance, self.links = leader, moment, chance, links
        self.lock = threading.Lock()
        self.done = False

    def seen(self, kind, when):
        if self.moment == "early":
            # The first request of the writing or of the reading session: its handshake is done.
            if kind is not None and when == "before":
                threading.Timer(self.chance.uniform(0, 0.4), self.kill).start()
        elif kind in (SET_DATA, MULTI):
            if self.moment == when:
                self.kill()
            elif self.moment == "later" and when == "after":
                time.sleep(self.chance.uniform(0, 0.02))
                self.kill()
            elif self.moment == "unheard" and not self.done:
                for link in self.links:
                    link.mute = True
                if when == "after":
                    time.sleep(0.05)
                    self.kill()
                    for link in self.links:
                        link.drop()
                        link.mute = False

    def kill(self):
        with self.lock:
            if not self.done:
                self.done = True
                self.leader.kill()


def play(rounds, seed):
    chance = random.Random(seed)
    ensemble = Ensemble()
    ensemble.client.create(NODE, WEIGHT, ephemeral=True, makepath=True)
    ensemble.client.create(f"/{SERVICE}/127.0.71.2:5002", WEIGHT, ephemeral=True)
    links = [Link(server.address) for server in ensemble.servers]
    registry = ",".join(link.address for link in links)
    keepwatch = Keepwatch(registry)
    # All that one needs is there before leaders die: the first drain makes /keepwatch.
    for first in ("drain", "undrain"):
        keepwatch.act(first, f"{SERVICE}/{WHO}", "--probe", "off")
    print(f"   three servers of ZooKeeper run; seed {seed}", flush=True)

    tally = {}
    for n in range(rounds):
        moment = MOMENTS[n % len(MOMENTS)]
        data, version, kept = ensemble.truth()
        op = "drain" if data == WEIGHT else "undrain"
        wanted = (b"0", True) if op == "drain" else (WEIGHT, False)
        killer = Killer(ensemble.leader(), moment, chance, links)
        for link in links:
            link.seen = killer.seen
        began = time.monotonic()
        status, reports, said = keepwatch.run(op, f"{SERVICE}/{WHO}", "--yes", "--probe", "off")
        took = time.monotonic() - began
        for link in links:
            link.seen = None
        outcome = reports[0]["outcome"] if reports else "no report"
        doubted = "outcome unknown" in said
        words = f"{op}, leader killed {moment}: exit {status}, {outcome}{', after doubt' if doubted else ''}"
        assert killer.done, f"{words}: the leader was never killed; {reports} {said}"

        now = ensemble.truth()
        ensemble.heal()
        ensemble.leader()
        later = ensemble.truth()
        assert later == now, f"{words}: it changed afterwards, from {now} to {later}; {reports} {said}"
        assert now in ((*wanted[:1], version + 1, wanted[1]), (data, version, kept)), \
            f"{words}: neither done once nor left alone: from {(data, version, kept)} to {now}; {said}"
        happened = now[1] > version
        if status == 0:
            assert happened, f"{words}: said done, but {now}; {reports} {said}"
        elif status == 6:
            raise AssertionError(f"{words}: two of three servers could be asked what became of it; {reports} {said}")
        else:
            assert not happened, f"{words}: said not done, but {now}; {reports} {said}"
        print(f"   {n + 1:>3} {words}, {took:.1f} s", flush=True)
        key = ("done" if happened else "not done") + (", after doubt" if doubted else "")
        tally[key] = tally.get(key, 0) + 1
    told = ", ".join(f"{count} {what}" for what, count in sorted(tally.items()))
    print(f"   {rounds} actions, the leader killed in each: {told}; none wrong, none twice, none late", flush=True)
    status, said = keepwatch.verify()
    assert status == 0, f"the journal does not hold: {said}"


if __name__ == "__main__":
    # A client that loses its server says so each time; here that is what is wanted.
    logging.getLogger("kazoo").setLevel(logging.CRITICAL)
    numbers = [int(word) for word in sys.argv[1:]]
    try:
        play(numbers[0] if numbers else 20, numbers[1] if len(numbers) > 1 else random.randrange(10**6))
    except AssertionError as failure:
        sys.exit(f"   FAILED: {failure}")
