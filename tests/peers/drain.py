"""An instance's life under Keepwatch among real parts: traffic, drain, a broken link, undrain, weight, deregistration.

    python tests/peers/drain.py curator|curator-4|spring|kazoo|dubbo-2.7|dubbo-3|finagle|helix|armeria

The providers and the consumer are the framework's own; whether a drain works is read from whom the *consumer* calls. What is
predicted for a layout stands in layouts.py; where the parts do otherwise, this fails and says what they did.
"""
import logging
import sys
import time

from kazoo.client import KazooClient
from kazoo.exceptions import NoNodeError

from layouts import LAYOUTS
from link import Link
from parts import Keepwatch, Server, free_port, until

# Between two calls of the consumer, in ms.
PAUSE = 20


class Traffic:
    """Whom the consumer called, and when."""

    def __init__(self, consumer):
        self.consumer = consumer

    def since(self, moment):
        calls = [(at, who) for at, who in list(self.consumer.lines) if at >= moment]
        return [(at, who) for at, who in calls if who in ("none", "failed") or who.count(":") == 1]

    def share(self, who, seconds=2.0):
        """Of the calls of the last so many seconds; None while they are too few to tell."""
        calls = [called for _, called in self.since(time.monotonic() - seconds)]
        return calls.count(who) / len(calls) if len(calls) >= 20 else None

    def stops(self, who, began, within):
        """Waits until two seconds of calls are without it; the seconds from `began` to the last one."""
        until(lambda: f"no call to {who}; its share is {self.share(who)}", lambda: self.share(who) == 0.0, within + 3)
        return max((at for at, called in self.since(began) if called == who), default=began) - began

    def returns(self, who, began, within):
        """Waits until it is called; the seconds from `began` to the first call."""
        def first():
            return next((at for at, called in self.since(began) if called == who), None)
        return until(f"a call to {who}", first, within) - began

    def bad(self, began):
        """The calls that found nobody, or failed."""
        return [called for _, called in self.since(began) if called in ("none", "failed")]


def say(words, seconds=None):
    print(f"   {words}" + ("" if seconds is None else f": {seconds:.2f} s"), flush=True)


class Story:
    """The steps, over one set of parts. `who` is the instance that they happen to: the provider behind the link."""

    def __init__(self, layout):
        self.layout = layout
        self.server = Server().serves()
        self.keepwatch = Keepwatch(self.server.address, layout.config)
        self.reader = KazooClient(self.server.address, timeout=30)
        self.reader.start(timeout=30)
        self.events = self.keepwatch.events()
        self.link = Link(self.server.address)
        places = [(host, free_port(host)) for host in layout.hosts]
        registries = [self.link.address, self.server.address, self.server.address]
        self.addresses = [f"{host}:{port}" for host, port in places]
        for also in layout.also:
            also(self.server.address).until("ready", lambda line: line == "ready", 180)
        self.providers = [layout.provider(f"provider-{n}", registry, host, port)
                          for n, (registry, (host, port)) in enumerate(zip(registries, places))]
        for provider in self.providers:
            provider.until("registered", lambda line: line == "registered", 180)
        self.consumer = layout.consumer("consumer", self.server.address, PAUSE)
        self.traffic = Traffic(self.consumer)
        self.who = self.addresses[0]
        self.target = f"{layout.service}/{self.who}"
        # What was not as it should be, though the rest could go on.
        self.wrong = []

    def event(self, kind, began, within=20):
        """Waits until the story tells this of our instance; the seconds from `began`."""
        def found():
            told = [(at, line) for at, line in list(self.events.lines) if at >= began and f'"kind":"{kind}"' in line]
            return next((at for at, line in told if self.who in line), None)
        return until(lambda: f"{kind} of {self.who} in the story: {self.events.lines[-8:]}", found, within) - began

    def now(self):
        """The instance as a snapshot shows it."""
        return self.keepwatch.instance(self.layout.service, self.who) or {"admin": "gone"}

    def changed(self, report):
        """Of the znodes that an action wrote, those whose bytes are not what they were before it."""
        def bytes_of(path):
            try:
                return self.reader.get(path)[0].decode()
            except NoNodeError:
                return None
        # Who acted last on a service is left there for all Keepwatches, and stays: /keepwatch/intents/SERVICE.
        return [(write["path"], write["before"], now) for write in report["plan"]["writes"]
                if not (write["path"].startswith("/keepwatch/intents/") and write["path"].count("/") == 3)
                and (now := bytes_of(write["path"])) != write["before"]]

    def is_(self, admin):
        found = self.now()["admin"]
        assert found == admin, f"expected {admin}, the snapshot says {found}"

    def drain(self, words, way=()):
        report, began = self.keepwatch.act("drain", self.target, *(way or self.layout.way))
        say(f"{words} ({report['outcome']}): its traffic stopped in the consumer after",
            self.traffic.stops(self.who, began, self.layout.notices))
        self.is_("drained")
        return report

    def break_link(self, how, owner):
        """Breaks its provider's link: for a moment (`reconnect`), or until its session `owner` ends (`session`); gives when."""
        began = time.monotonic()
        if how == "reconnect":
            self.link.drop()
        else:
            self.link.cut()
            until(f"session {owner} ends", lambda: owner not in self.server.ask("dump"), 30)
            self.link.mend()
        return began

    def spread(self):
        """Waits until the consumer calls all three alike."""
        def alike():
            shares = [self.traffic.share(address, 3.0) for address in self.addresses]
            return all(0.2 < (share or 0) < 0.47 for share in shares)
        until(lambda: f"a third each: {[self.traffic.share(address, 3.0) for address in self.addresses]}", alike)

    def bear_a_drop(self):
        """What does not lose a drain: a dropped connection, within the session."""
        dropped = time.monotonic()
        self.link.drop()
        provider = self.providers[0]
        until("its provider is connected again", lambda: any(at > dropped and line == "CONNECTED" for at, line in provider.lines))
        time.sleep(2)
        self.is_("drained")
        assert self.traffic.share(self.who) == 0.0, "a dropped connection brought its traffic back"
        say("its connection dropped, within the session: it stays drained, as predicted")

    def bear_all(self):
        """A drain that is nobody's session's: it holds over a new session of its provider's, and no loss is told."""
        broken = self.break_link("session", self.now()["owner_session"])
        say("its link broke until its session ended: it registered again after", self.event("registered", broken, 60))
        time.sleep(self.layout.notices)
        self.is_("drained")
        told = [line for at, line in self.events.lines if at > broken and '"kind":"drain_lost"' in line]
        assert not told, f"a loss was told: {told}"
        calls = [at for at, who in self.traffic.since(broken) if who == self.who]
        assert not calls, f"a new session brought its traffic back: {len(calls)} calls"
        say("it stays drained, without a call, as predicted")

    def lose(self):
        """What loses it: that is told, seen in the consumer, and shown."""
        broken = self.break_link(self.layout.loses, self.now()["owner_session"])
        say(f"its link broke, a new {'connection' if self.layout.loses == 'reconnect' else 'session'}: DRAIN LOST was told after",
            self.event("drain_lost", broken))
        say("... and its traffic came back by itself after", self.traffic.returns(self.who, broken, 30 + self.layout.notices))
        self.is_("drain_lost")

    def drained_and_back(self):
        began = time.monotonic()
        first = report = self.drain("drained")
        assert self.layout.durable in report["plan"]["durability"], report["plan"]["durability"]
        if self.layout.loses == "nothing":
            self.bear_all()
        else:
            if self.layout.loses == "session":
                self.bear_a_drop()
            self.lose()
            self.drain("drained again")
        report, undrained = self.keepwatch.act("undrain", self.target, *self.layout.way)
        say(f"undrained ({report['outcome']}): its traffic returned after",
            self.traffic.returns(self.who, undrained, self.layout.notices + 5))
        left = [change for change in self.changed(first) if change[2].replace(self.layout.leaves, "") != change[1]]
        assert not left, f"the undrain did not give the bytes back: {left}"
        self.is_("enabled")
        self.spread()
        bad = self.traffic.bad(began)
        assert not bad, f"calls that failed or found nobody while one of three was drained: {len(bad)}"
        but = f" but for {self.layout.leaves}" if self.layout.leaves else ""
        say(f"what was written holds the bytes of before{but}, the consumer calls all three alike, and no call failed meanwhile")

    def told(self):
        """A drain that the provider itself was told, and holds: over a reconnect and a new session, until it restarts."""
        report = self.drain("drained by its actuator", ["--via", "actuator"])
        assert "restarts" in report["plan"]["durability"], report["plan"]["durability"]
        # Its own status, the intent, and what the service keeps as its last act.
        assert [w["kind"] for w in report["plan"]["writes"]] == ["http", "create", "set"], report["plan"]["writes"]
        for how in ("reconnect", "session"):
            broken = self.break_link(how, self.now()["owner_session"])
            if how == "session":
                say("its session ended: it registered again after", self.event("registered", broken, 60))
            time.sleep(self.layout.notices)
            self.is_("drained")
            told = [line for at, line in self.events.lines if at > broken and '"kind":"drain_lost"' in line]
            calls = [at for at, who in self.traffic.since(broken) if who == self.who]
            assert not told and not calls, f"{how}: {told} {len(calls)} calls"
            say(f"its link broke ({how}): it stays drained, without a call, as its process holds it")
        report, undrained = self.keepwatch.act("undrain", self.target)
        assert "http" in [w["kind"] for w in report["plan"]["writes"]], "the undrain went another way"
        say(f"undrained by its actuator ({report['outcome']}): its traffic returned after",
            self.traffic.returns(self.who, undrained, self.layout.notices + 5))
        self.is_("enabled")
        report = self.drain("drained by what holds longest", ["--via", "best"])
        assert "http" in [w["kind"] for w in report["plan"]["writes"]], "the best way is not the actuator"
        report, undone = self.keepwatch.act("undo")
        say(f"undone ({report['outcome']}): its traffic returned after",
            self.traffic.returns(self.who, undone, self.layout.notices + 5))
        self.is_("enabled")
        self.spread()

    def weighed(self):
        if self.layout.weight is None:
            status, reports, said = self.keepwatch.run("weight", self.target, "30", "--yes")
            assert status == 4, f"a weight was not refused: {status} {reports} {said}"
            say("a weight is refused: nothing in it could hold one")
            return
        number, wanted = self.layout.weight
        report, _ = self.keepwatch.act("weight", self.target, str(number))
        share = lambda: self.traffic.share(self.who, 4.0)
        time.sleep(self.layout.notices if wanted < 0.4 else 0)
        until(lambda: f"a share of {wanted:.2f}: {share()}", lambda: abs((share() or 0) - wanted) < 0.07)
        time.sleep(2)
        say(f"weight {number}: its share in the consumer is {share():.2f}, predicted {wanted:.2f}")
        status, reports, said = self.keepwatch.run("undo", "--yes")
        if status != 0:
            # What follows is worth knowing all the same.
            self.wrong.append(f"undo of a weight: exit {status}, {said.strip() or reports}")
            self.keepwatch.act("weight", self.target, str(self.layout.usual))
        elif self.changed(report):
            self.wrong.append(f"undo did not give the bytes back: {self.changed(report)}")
        self.spread()
        say("undone, the consumer calls all three alike")

    def refused(self, wish):
        status, reports, said = self.keepwatch.run(wish, self.target, "--yes", "--yes-last")
        assert status == 4, f"{wish} was not refused: {status} {reports} {said}"
        say(f"refused: {wish}")

    def restarted(self):
        """Its process dies and another takes its place: what was its session's is lost, and giving the drain up is possible."""
        self.drain("drained")
        began = time.monotonic()
        provider = self.providers[0]
        provider.kill()
        self.event("gone", began, 60)
        provider.start()
        until("its provider registers", lambda: any(at > began and line == "registered" for at, line in provider.lines), 180)
        if self.layout.loses == "nothing":
            time.sleep(self.layout.notices)
            self.is_("drained")
            assert self.traffic.share(self.who) == 0.0, "a restart brought its traffic back"
            say("killed and started again: it stays drained, as predicted")
        else:
            self.event("drain_lost", began)
            self.traffic.returns(self.who, began, 60)
            say("killed and started again: DRAIN LOST was told, and its traffic is back, as predicted")
        self.keepwatch.act("undrain", self.target)
        self.spread()
        self.is_("enabled")
        say("undrained, the consumer calls all three alike")

    def last_one(self):
        """The last instance that takes calls is drained only when that is said by name; then nobody is left."""
        others = [f"{self.layout.service}/{address}" for address in self.addresses[1:]]
        for other in others:
            self.keepwatch.act("drain", other)
        status, reports, said = self.keepwatch.run("drain", self.target, "--yes")
        assert status == 4, f"the last instance was drained unasked: {status} {reports} {said}"
        began = time.monotonic()
        self.keepwatch.act("drain", self.target, "--yes-last")
        none = until("nobody to choose", lambda: next((at for at, who in self.traffic.since(began) if who == "none"), None),
                     30 + self.layout.notices)
        say("the last one is refused without --yes-last; with it the consumer has nobody after", none - began)
        for target in [self.target, *others]:
            self.keepwatch.act("undrain", target)
        self.spread()
        say("undrained, the consumer calls all three alike")

    def deregistered(self):
        if self.layout.returns is None:
            self.refused("deregister")
            if self.layout.rejoins:
                gone = time.monotonic()
                self.reader.delete(self.now()["path"])
                say("as predicted: deleted by another client, it registered again by itself after",
                    self.event("registered", gone))
            return
        owner = self.now()["owner_session"]
        report, removed = self.keepwatch.act("deregister", self.target)
        say(f"deregistered ({report['outcome']}): its traffic stopped after",
            self.traffic.stops(self.who, removed, self.layout.notices))
        time.sleep(3)
        assert self.now()["admin"] == "gone", "it came back while its link was whole"
        if self.layout.returns == "restart":
            broken = self.break_link("session", owner)
            time.sleep(self.layout.notices + 5)
            assert self.now()["admin"] == "gone", "it came back in a new session"
            say("it stayed away, in a new session too, as predicted; its process is started again")
            broken = time.monotonic()
            self.providers[0].kill()
            self.providers[0].start()
        else:
            broken = self.break_link(self.layout.returns, owner)
        say("it stayed away until then: the story told that it registered again after", self.event("registered", broken))
        say("... and it was called again after", self.traffic.returns(self.who, broken, 30 + self.layout.notices))

    def tell(self):
        self.spread()
        say("three providers run, the consumer calls all three alike")
        if self.layout.drains:
            self.drained_and_back()
        else:
            self.refused("drain")
        if self.layout.tells:
            self.told()
        self.weighed()
        if self.layout.drains:
            self.restarted()
            self.last_one()
        self.deregistered()
        status, said = self.keepwatch.verify()
        assert status == 0, f"the journal does not hold: {said}"
        say("the journal's chain holds")
        assert not self.wrong, "\n".join(self.wrong)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in LAYOUTS:
        sys.exit(f"usage: drain.py {'|'.join(LAYOUTS)}")
    logging.getLogger("kazoo").setLevel(logging.CRITICAL)
    try:
        Story(LAYOUTS[sys.argv[1]]).tell()
    except AssertionError as failure:
        sys.exit(f"   FAILED: {failure}")
