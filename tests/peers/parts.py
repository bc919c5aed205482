"""The processes that the peers' tests are made of: ZooKeeper servers, providers and consumers, and Keepwatch itself.

Everything listens on loopback, lives in a folder that is removed at the end, and is ended by its own process id. Waits have a
bound and say what they waited for. What happens between the parts is told in drain.py and ensemble.py, not here.
"""
import atexit
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
# A machine that builds other things at the same time may take long for anything; what is expected at once is measured, and told.
BOUND = 60.0

folder = pathlib.Path(tempfile.mkdtemp(prefix="keepwatch-peers-"))
started = []


def end():
    for part in reversed(started):
        part.kill()
    shutil.rmtree(folder, ignore_errors=True)


atexit.register(end)
signal.signal(signal.SIGTERM, lambda *_: exit(1))


def until(what, holds, bound=BOUND):
    """Waits for the condition; gives what it gave, and fails with the words and what `what()` adds where it never does."""
    began = time.monotonic()
    while not (found := holds()):
        if time.monotonic() - began > bound:
            raise AssertionError(f"not within {bound:.0f} s: {what() if callable(what) else what}")
        time.sleep(0.02)
    return found


def free_port(host="127.0.0.1"):
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


class Part:
    """A process whose lines on standard output are kept, each with the moment when it came."""

    def __init__(self, name, command, env=None):
        self.name, self.command = name, [str(word) for word in command]
        self.env = {**os.environ, **(env or {})}
        self.lines = []
        self.process = None
        self.log = folder / f"{name}.log"
        started.append(self)
        self.start()

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL,
                                            env=self.env, cwd=folder, text=True, errors="replace")
        threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True).start()
        return self

    def _read(self, stdout):
        for line in stdout:
            self.lines.append((time.monotonic(), line.rstrip("\n")))

    def running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self, how=signal.SIGKILL):
        if self.running():
            self.process.send_signal(how)
            self.process.wait(timeout=30)

    def told(self):
        """The end of what it said on standard error, for a failure's words."""
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    def until(self, what, holds, bound=BOUND):
        """Waits for a line for which it holds."""
        def found():
            assert self.running(), f"{self.name} ended: {self.told()}"
            return next((line for _, line in list(self.lines) if holds(line)), None)
        return until(lambda: f"{self.name}: {what}\n{self.told()}", found, bound)


def java(name, classpath, main, *arguments, heap="128m", options=()):
    """A small Java program; the flags are for a start that is quick on a busy machine."""
    flags = [f"-Xmx{heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", *options]
    return Part(name, ["java", *flags, "-cp", classpath, main, *arguments])


class Server(Part):
    """An Apache ZooKeeper of its own folder, alone or as one of an ensemble: the jars that tests/peers/run names, else Debian's."""

    def __init__(self, number=1, quorum=None):
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        home = folder / f"zookeeper-{number}"
        (home / "data").mkdir(parents=True)
        config = [f"tickTime={500 if quorum else 1000}", f"dataDir={home / 'data'}", f"clientPort={self.port}",
                  "clientPortAddress=127.0.0.1", "maxClientCnxns=0", "minSessionTimeout=1000", "maxSessionTimeout=60000",
                  "4lw.commands.whitelist=*", "admin.enableServer=false"]
        if quorum:
            config += ["initLimit=20", "syncLimit=10", *quorum]
            (home / "data" / "myid").write_text(str(number))
        (home / "zoo.cfg").write_text("\n".join(config) + "\n")
        jars = os.environ.get("KEEPWATCH_TEST_ZOOKEEPER", "/usr/share/java/zookeeper.jar:/usr/share/java/slf4j-simple.jar")
        super().__init__(f"zookeeper-{number}", [
            "java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dzookeeper.forceSync=no",
            "-Dzookeeper.admin.enableServer=false", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", jars,
            "org.apache.zookeeper.server.quorum.QuorumPeerMain", home / "zoo.cfg"])

    def ask(self, word):
        """A four-letter word's answer; empty where nobody answers."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as stream:
                stream.settimeout(2)
                stream.sendall(word.encode())
                answer = b""
                while data := stream.recv(4096):
                    answer += data
                return answer.decode(errors="replace")
        except OSError:
            return ""

    def mode(self):
        """`leader`, `follower`, `standalone`; empty while it serves nobody."""
        return next((line[6:] for line in self.ask("srvr").splitlines() if line.startswith("Mode: ")), "")

    def serves(self):
        until(lambda: f"{self.name} serves\n{self.told()}", self.mode)
        return self


class Keepwatch:
    """The program under test, on one registry, with a journal of its own and, where it is given, a configuration file."""

    def __init__(self, registry, config=""):
        self.program = os.environ.get("KEEPWATCH_BIN", str(TARGET / "debug" / "keepwatch"))
        self.registry = registry
        self.env = {"XDG_STATE_HOME": str(folder / "state"), "XDG_CONFIG_HOME": str(folder / "config"), "USER": "peers"}
        if config:
            file = folder / "keepwatch.yaml"
            file.write_text(config)
            self.env["KEEPWATCH_CONFIG"] = str(file)

    def run(self, *words, registry=None):
        """A command; its exit status, its lines of JSON, and what it said on standard error."""
        done = subprocess.run([self.program, *words, "-o", "json", "--registry", registry or self.registry], cwd=folder,
                              env={**os.environ, **self.env}, capture_output=True, text=True, timeout=120)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")], done.stderr

    def verify(self):
        """Whether the journal's chain holds: exit status, and what was said."""
        done = subprocess.run([self.program, "journal", "--verify"], cwd=folder, env={**os.environ, **self.env},
                              capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def act(self, *words):
        """An action, confirmed, that has to be done; its report, and the moment before it was asked for."""
        began = time.monotonic()
        status, reports, said = self.run(*words, "--yes", "--reason", "a test of peers")
        assert status == 0 and reports and reports[0]["outcome"] in ("done", "requested"), f"{words}: {status} {reports} {said}"
        return reports[0], began

    def instance(self, service, address):
        """What a snapshot says of an instance, None where it is not there."""
        status, pictures, said = self.run("snapshot", "--until", "registry", "--probe", "off")
        assert status == 0 and pictures, f"snapshot: {status} {said}"
        found = [i for s in pictures[0]["services"] if s["name"] == service for i in s["instances"] if i["address"] == address]
        assert len(found) < 2, f"{address} stands there more than once: {found}"
        return found[0] if found else None

    def events(self):
        """A follower of the story."""
        part = Part("events", [self.program, "events", "-o", "json", "--otlp", "off", "--registry", self.registry],
                    {**self.env})
        part.until("the first picture is complete", lambda line: '"kind":"ready"' in line)
        return part
