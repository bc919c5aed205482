"""What each layout's parts are and what is expected of them, from the facts about it: the table that drain.py goes by.

Not the steps: those are the same for all of them.
"""
import dataclasses
import pathlib
import sys

from parts import TARGET, Part, java

HERE = pathlib.Path(__file__).resolve().parent
SERVICE = "orders-service"
# A ServerSet's path has a role and an environment before the name.
SET = f"twitter/service/shop/prod/{SERVICE}"
# An address each: instances are told apart by address, and nobody's outgoing connection takes a port there.
LOOPBACK = ["127.0.71.1", "127.0.71.2", "127.0.71.3"]
# Of a network namespace of the test's own, which tests/peers/run makes: Dubbo takes loopback addresses for none.
PRIVATE = ["10.71.0.1", "10.71.0.2", "10.71.0.3"]
# Of the providers, in ms; short, so that a lost session is soon seen.
SESSION = 4000


def classes(peer, main, heap="128m"):
    """A Java part, from the folder into which tests/peers/run built it."""
    built = TARGET / "peers" / peer
    path = f"{built / 'classes'}:{built / 'jars'}/*"

    def start(name, *arguments, options=()):
        quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
        return java(name, path, main, *arguments, heap=heap, options=[quiet, *options])
    return start


def script(file):
    return lambda name, *arguments: Part(name, [sys.executable, HERE / file, *arguments])


@dataclasses.dataclass(frozen=True)
class Layout:
    """Parts and predictions."""

    # (name, registry, host, port) -> Part, which prints `registered`.
    provider: object
    # (name, registry, ms between calls) -> Part, which prints whom it called.
    consumer: object
    # What loses a drain: a `reconnect` of the provider, a new `session` of its alone, or `nothing`.
    loses: str
    # What brings back one that was deregistered: a `reconnect`, a `session`, a `restart`; None where that is refused.
    returns: str | None
    # How the plan has to call what it loses a drain to.
    durable: str
    # A weight, and the share that it makes of one among three, the others as they are; None where it is refused.
    weight: tuple[int, float] | None
    # Seconds within which the consumer acts on a change, on a busy machine.
    notices: float
    # Each one's weight when nobody has set one.
    usual: int = 10
    # Options that every drain and undrain takes, where the layout has two ways.
    way: tuple[str, ...] = ()
    # Whether the provider can be told itself.
    tells: bool = False
    hosts: list[str] = dataclasses.field(default_factory=lambda: LOOPBACK)
    # Whether a drain is possible; else it is refused, and what is told comes down to the deregistration.
    drains: bool = True
    # The configuration file that Keepwatch needs for it.
    config: str = ""
    # Whether it registers again as soon as another deletes its znode.
    rejoins: bool = False
    # What an undrain leaves in a znode that a drain changed, beside the bytes of before.
    leaves: str = ""
    # What runs besides: (registry) -> Part, which prints `ready`.
    also: tuple = ()
    # What the service is called in Keepwatch.
    service: str = SERVICE


def dubbo(peer, notices):
    """Dubbo's rules and overrides are nobody's session's."""
    opens = ["--add-opens=java.base/java.lang=ALL-UNNAMED", "--add-opens=java.base/java.math=ALL-UNNAMED",
             f"-Dcurator-default-session-timeout={SESSION}"]
    return Layout(
        provider=lambda name, registry, host, port: classes(peer, "Provider", "192m")(
            name, registry, SESSION, SERVICE, host, port, options=opens),
        consumer=lambda name, registry, pause: classes(peer, "Consumer", "192m")(name, registry, pause, options=opens),
        loses="nothing", returns="session", durable="taken back", weight=(300, 0.6), notices=notices, usual=100, hosts=PRIVATE,
    )


def curator(peer):
    return Layout(
        provider=lambda name, registry, host, port: classes(peer, "Provider")(name, registry, SESSION, SERVICE, host, port),
        consumer=lambda name, registry, pause: classes(peer, "Consumer")(name, registry, SERVICE, pause),
        loses="reconnect", returns="reconnect", durable="reconnect", weight=None, notices=5,
    )


LAYOUTS = {
    "curator": curator("curator"),
    "curator-4": curator("curator-4"),
    # Its consumer has the balancer that comes with it, which reads no weights.
    "spring": Layout(
        provider=lambda name, registry, host, port: classes("spring", "Provider", "256m")(
            name, f"--spring.cloud.zookeeper.connect-string={registry}", f"--spring.cloud.zookeeper.session-timeout={SESSION}ms",
            f"--spring.application.name={SERVICE}", f"--spring.cloud.zookeeper.discovery.instance-host={host}",
            f"--server.address={host}", f"--server.port={port}"),
        consumer=lambda name, registry, pause: classes("spring", "Consumer", "256m")(
            name, f"--spring.cloud.zookeeper.connect-string={registry}", f"--service={SERVICE}", f"--pause={pause}"),
        loses="reconnect", returns="reconnect", durable="reconnect", weight=(30, 1 / 3), notices=10,
        way=("--via", "registry"), tells=True,
    ),
    "kazoo": Layout(
        provider=lambda name, registry, host, port: script("kazoo/provider.py")(name, registry, SESSION, SERVICE, host, port, 10),
        consumer=lambda name, registry, pause: script("kazoo/consumer.py")(name, registry, SERVICE, pause),
        loses="session", returns="session", durable="session", weight=(30, 0.6), notices=5,
    ),
    # Its consumer acts on what leaves, and on a drain, at the end of an epoch of 10 s, or of the next one.
    "finagle": Layout(
        provider=lambda name, registry, host, port: classes("finagle", "Provider", "192m")(
            name, registry, SESSION, f"/{SET}", host, port, name.rsplit("-")[-1]),
        consumer=lambda name, registry, pause: classes("finagle", "Consumer", "192m")(name, registry, f"/{SET}", pause),
        loses="nothing", returns=None, durable="taken back", weight=(3, 0.6), notices=25, usual=1, service=SET, rejoins=True,
    ),
    # A participant that joined by itself has no HELIX_ENABLED; undrained, it has what Helix's own enabling leaves.
    "helix": Layout(
        also=(lambda registry: classes("helix", "Controller", "192m")("controller", registry, SERVICE),),
        provider=lambda name, registry, host, port: classes("helix", "Participant")(
            name, registry, SERVICE, host, port, options=[f"-Dzk.session.timeout={SESSION}"]),
        consumer=lambda name, registry, pause: classes("helix", "Spectator")(name, registry, SERVICE, pause),
        loses="nothing", returns=None, durable="taken back", weight=None, notices=10, leaves=',"HELIX_ENABLED":"true"',
    ),
    # Its text says host, port and weight, its consumer reads it once, and its provider registers once.
    "armeria": Layout(
        provider=lambda name, registry, host, port: classes("armeria", "Provider")(
            name, registry, SESSION, "legacy", f"/armeria/{SERVICE}", host, port),
        consumer=lambda name, registry, pause: classes("armeria", "Consumer")(
            name, registry, "legacy", f"/armeria/{SERVICE}", pause),
        loses="nothing", returns="restart", durable="", weight=None, notices=5, drains=False,
        config="registry: {mapped: [{preset: armeria, path: '/armeria/{service}/{id}'}]}",
    ),
    "dubbo-2.7": dubbo("dubbo-2.7", 10),
    "dubbo-3": dubbo("dubbo-3", 20),
}
