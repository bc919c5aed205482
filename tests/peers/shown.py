"""Real registrations in layouts that Keepwatch shows and does not drain: every field compared, every refusal in words.

    python tests/peers/shown.py kafka|sofarpc|motan

What a framework registered is read beside Keepwatch by another client, and what Keepwatch shows has to be that. Whatever is refused
must leave the znode as it was, and say what to do instead.
"""
import json
import logging
import sys
import time
from urllib.parse import parse_qsl, unquote

from kazoo.client import KazooClient

from layouts import LOOPBACK, PRIVATE, SESSION, classes
from parts import Keepwatch, Server, folder, free_port, until


def say(words):
    print(f"   {words}", flush=True)


class Stage:
    """A registry, Keepwatch on it, and another client that reads beside it."""

    def __init__(self):
        self.server = Server().serves()
        self.keepwatch = Keepwatch(self.server.address)
        self.reader = KazooClient(self.server.address, timeout=30)
        self.reader.start(timeout=30)

    def children(self, path):
        return self.reader.get_children(path) if self.reader.exists(path) else []

    def shown(self, service, address, layout):
        """The instance as a snapshot shows it, of this layout."""
        found = until(f"{address} of {service} in a snapshot", lambda: self.keepwatch.instance(service, address))
        _, pictures, _ = self.keepwatch.run("snapshot", "--until", "registry", "--probe", "off")
        told = next(s["layout"] for s in pictures[0]["services"] if s["name"] == service)
        assert told == layout, f"{service} is shown as {told}"
        return found

    def refuses(self, target, path, words, wishes=("drain", "undrain", "weight", "deregister")):
        """Each wish is refused with these words in it, and the znode stays as it is."""
        before = self.reader.get(path)
        for wish in wishes:
            number = ["3"] if wish == "weight" else []
            status, _, said = self.keepwatch.run(wish, target, *number, "--yes", "--yes-last", "--reason", "a test of peers")
            assert status == 4 and words in said, f"{wish}: exit {status}, {said}"
        after = self.reader.get(path)
        assert (before[0], before[1].mzxid) == (after[0], after[1].mzxid), f"{path} was written"
        say(f"refused, the znode untouched: {', '.join(wishes)}")


def same(what, shown, expected):
    assert shown == expected, f"{what}: shown {shown!r}, registered {expected!r}"


def broker(stage, number, port, chroot, rack):
    home = folder / f"broker-{number}"
    home.mkdir()
    config = [f"broker.id={number}", f"zookeeper.connect={stage.server.address}{chroot}", f"log.dirs={home / 'logs'}",
              f"listeners=PLAINTEXT://{LOOPBACK[number]}:{port}", f"broker.rack={rack}", "offsets.topic.replication.factor=1",
              f"zookeeper.session.timeout.ms={SESSION}", "log.cleaner.enable=false", "num.network.threads=1", "num.io.threads=2",
              "background.threads=1", "controlled.shutdown.enable=false"]
    (home / "server.properties").write_text("\n".join(config) + "\n")
    return classes("kafka", "kafka.Kafka", "256m")(f"broker-{number}", home / "server.properties")


def kafka():
    """Two brokers below a path of their own: who is controller is shown, and follows when that one dies."""
    stage, chroot = Stage(), "/logs"
    places = [(n, free_port(LOOPBACK[n])) for n in range(2)]
    brokers = [broker(stage, n, port, chroot, f"rack-{n}") for n, port in places]
    for n, _ in places:
        until(lambda: f"broker {n} registers: {brokers[n].told()}", lambda: stage.reader.exists(f"{chroot}/brokers/ids/{n}"), 120)
    controller = lambda: json.loads(stage.reader.get(f"{chroot}/controller")[0])["brokerid"]
    leads = until("a controller", lambda: stage.reader.exists(f"{chroot}/controller") and str(controller()))
    for n, port in places:
        address, path = f"{LOOPBACK[n]}:{port}", f"{chroot}/brokers/ids/{n}"
        data, stat = stage.reader.get(path)
        told, found = json.loads(data), stage.shown("logs", address, "kafka")
        wanted = {"broker.id": str(n), "rack": told["rack"], "version": str(told["version"]), "endpoints": ",".join(told["endpoints"])}
        if leads == str(n):
            wanted["controller"] = "true"
        same("metadata", found["metadata"], wanted)
        same("address", found["address"], f"{told['host']}:{told['port']}")
        same("path", found["path"], path)
        same("owner", int(found["owner_session"], 16), stat.ephemeralOwner)
        same("state", found["admin"], "enabled")
        stage.refuses(f"logs/{address}", path, "kafka-reassign-partitions.sh")
    say(f"two brokers of {told['version']}, shown as they registered; {leads} is the controller")
    began = time.monotonic()
    brokers[int(leads)].kill()
    other = 1 - int(leads)
    address = f"{LOOPBACK[other]}:{places[other][1]}"
    until("the other one is shown as controller",
          lambda: (stage.keepwatch.instance("logs", address) or {"metadata": {}})["metadata"].get("controller") == "true")
    say(f"its controller killed: the other one was shown as controller after {time.monotonic() - began:.1f} s")
    gone = f"{LOOPBACK[int(leads)]}:{places[int(leads)][1]}"
    assert stage.keepwatch.instance("logs", gone) is None, "a broker without a session is still shown"


def name_of(stage, folder, ours):
    """The znode in a folder whose decoded name or data names an address."""
    def found():
        for name in stage.children(folder):
            if ours in unquote(name):
                return f"{folder}/{name}"
        return None
    return until(f"{ours} below {folder}", found, 120)


def providers(name, options=(), more=((), ())):
    """A stage with two providers and a consumer that calls both; on private addresses, as they take loopback ones for none."""
    stage = Stage()
    places = [f"{host}:{free_port(host)}" for host in PRIVATE[:2]]
    for n, (place, words) in enumerate(zip(places, more)):
        host, port = place.split(":")
        classes(name, "Provider", "192m")(f"provider-{n}", stage.server.address, "orders", host, port, *words,
                                          options=options).until("registered", lambda line: line == "registered", 120)
    consumer = classes(name, "Consumer", "192m")("consumer", stage.server.address, "web", 50, options=options)
    until(lambda: f"calls to both: {consumer.lines[-3:]} {consumer.told()}",
          lambda: set(places) <= {line for _, line in list(consumer.lines)}, 120)
    return stage, places


def sofarpc():
    """Names of znodes are URLs; weights and callers are in them."""
    stage, places = providers("sofarpc", more=(("100",), ("50",)))
    for place, weight in zip(places, (100, 50)):
        path = name_of(stage, "/sofa-rpc/Orders/providers", place)
        found = stage.shown("Orders", place, "mapped")
        url = unquote(path.rsplit("/", 1)[1])
        same("metadata", found["metadata"], dict(parse_qsl(url.split("?", 1)[1], keep_blank_values=True)))
        same("weight", found["weight"]["declared"], weight)
        same("path", found["path"], path)
        same("owner", int(found["owner_session"], 16), stage.reader.get(path)[1].ephemeralOwner)
        same("state", found["admin"], "enabled")
        stage.refuses(f"Orders/{place}", path, "overrides hold no drain")
    say("two providers and their consumer run, shown as they registered")


def motan():
    """The folder is the state, the data a URL."""
    stage, places = providers("motan", options=["--add-opens=java.base/java.lang=ALL-UNNAMED"])
    for place in places:
        path = name_of(stage, "/motan/shop/Orders/server", place)
        found = stage.shown("Orders", place, "mapped")
        data, stat = stage.reader.get(path)
        wanted = dict(parse_qsl(data.decode(errors="replace").split("?", 1)[1], keep_blank_values=True))
        same("metadata", found["metadata"], wanted)
        same("path", found["path"], path)
        same("owner", int(found["owner_session"], 16), stat.ephemeralOwner)
        same("state", found["admin"], "enabled")
        stage.refuses(f"Orders/{place}", path, "heartbeat switcher")
    say("two providers and their consumer run, shown as they registered")


SHOWN = {"kafka": kafka, "sofarpc": sofarpc, "motan": motan}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in SHOWN:
        sys.exit(f"usage: shown.py {'|'.join(SHOWN)}")
    logging.getLogger("kazoo").setLevel(logging.CRITICAL)
    try:
        SHOWN[sys.argv[1]]()
    except AssertionError as failure:
        sys.exit(f"   FAILED: {failure}")
