"""What each layout's parts are and what is expected of them, from the facts about it: the table that drain.py goes by.

Not the steps: those are the same for all of them.
"""
import dataclasses
import pathlib
import sys

from parts import TARGET, Part, java

HERE = pathlib.Path(__file__).resolve().parent
SERVICE = "orders-service"
# An address each: instances are told apart by address, and nobody's outgoing connection takes a port there.
HOSTS = ["127.0.71.1", "127.0.71.2", "127.0.71.3"]
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
    # What loses a drain: a `reconnect` of the provider, or a new `session` of its alone.
    loses: str
    # How the plan has to call that.
    durable: str
    # The share of an instance with weight 30 among three, the others as they are; None where weight is refused.
    weighs: float | None
    # Seconds within which the consumer acts on a change, on a busy machine.
    notices: float


LAYOUTS = {
    "curator": Layout(
        provider=lambda name, registry, host, port: classes("curator", "Provider")(name, registry, SESSION, SERVICE, host, port),
        consumer=lambda name, registry, pause: classes("curator", "Consumer")(name, registry, SERVICE, pause),
        loses="reconnect", durable="reconnect", weighs=None, notices=5,
    ),
    # Its consumer has the balancer that comes with it, which reads no weights.
    "spring": Layout(
        provider=lambda name, registry, host, port: classes("spring", "Provider", "256m")(
            name, f"--spring.cloud.zookeeper.connect-string={registry}", f"--spring.cloud.zookeeper.session-timeout={SESSION}ms",
            f"--spring.application.name={SERVICE}", f"--spring.cloud.zookeeper.discovery.instance-host={host}",
            f"--server.address={host}", f"--server.port={port}"),
        consumer=lambda name, registry, pause: classes("spring", "Consumer", "256m")(
            name, f"--spring.cloud.zookeeper.connect-string={registry}", f"--service={SERVICE}", f"--pause={pause}"),
        loses="reconnect", durable="reconnect", weighs=1 / 3, notices=10,
    ),
    "kazoo": Layout(
        provider=lambda name, registry, host, port: script("kazoo/provider.py")(name, registry, SESSION, SERVICE, host, port, 10),
        consumer=lambda name, registry, pause: script("kazoo/consumer.py")(name, registry, SERVICE, pause),
        loses="session", durable="session", weighs=0.6, notices=5,
    ),
}
