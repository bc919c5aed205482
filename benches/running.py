#!/usr/bin/env python3
"""What the running program costs and how fast it answers, in a pty of 160x48: the README's table of figures.

    cargo build --release && python3 benches/running.py [--program target/release/keepwatch] [--rows]

Starts an Apache ZooKeeper (Debian's package) on loopback with 10,000 ephemeral znodes, 500 services x 20, and measures there: the
snapshot's wall time, the rest (CPU, bytes to the terminal, memory), a change until it is on the terminal, and a key until its frame,
at rest and under 1,000 changes a second. Then the same key on the demo under its own load. Nothing but Python's standard library;
not a test: it judges nothing. Quiet machines only: what else runs is measured with it. Takes a minute and a half.
"""
import argparse, fcntl, math, os, pty, random, re, select, shutil, signal, socket, struct, subprocess, tempfile, termios, threading, time

SERVICES, EACH = 500, 20
JAR = "/usr/share/java/zookeeper.jar"


class ZooKeeper:
    """A server of its own in a folder that is removed at the end."""

    def __init__(self):
        if not os.path.exists(JAR):
            raise SystemExit("running.py needs a ZooKeeper: apt-get install --no-install-recommends zookeeper")
        self.folder = tempfile.mkdtemp(prefix="keepwatch-running-")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        with open(f"{self.folder}/zoo.cfg", "w") as file:
            file.write(f"tickTime=2000\ndataDir={self.folder}/data\nclientPort={self.port}\nclientPortAddress=127.0.0.1\n"
                       "maxClientCnxns=0\nadmin.enableServer=false\n")
        self.process = subprocess.Popen(
            ["java", "-Xmx512m", "-XX:+UseSerialGC", "-Dzookeeper.forceSync=no", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
             "-cp", f"{JAR}:/usr/share/java/slf4j-simple.jar", "org.apache.zookeeper.server.quorum.QuorumPeerMain",
             f"{self.folder}/zoo.cfg"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def client(self):
        until = time.time() + 30
        while True:
            try:
                return Client(self.port)
            except OSError:
                if time.time() > until:
                    raise SystemExit("running.py: the ZooKeeper did not start in 30 s")
                time.sleep(0.1)

    def end(self):
        self.process.kill()
        self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


class Client:
    """As much of the protocol as is needed: a session, create, set, ping; answers are read and counted."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 5)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.write = threading.Lock()
        self.send(struct.pack(">iqiq", 0, 0, 30_000, 0) + self.text(b"\0" * 16) + b"\0")
        if not self.answer():
            raise OSError("no session")
        self.answers, self.xid = 0, 0
        threading.Thread(target=self.read, daemon=True).start()
        threading.Thread(target=self.live, daemon=True).start()

    @staticmethod
    def text(value):
        return struct.pack(">i", len(value)) + value

    def send(self, body):
        with self.write:
            self.socket.sendall(self.text(body))

    def exactly(self, count):
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise OSError("the server has closed the connection")
            data += part
        return data

    def answer(self):
        return self.exactly(struct.unpack(">i", self.exactly(4))[0])

    def read(self):
        self.socket.settimeout(None)
        try:
            while True:
                if struct.unpack(">i", self.answer()[:4])[0] > 0:
                    self.answers += 1
        except OSError:
            return

    def live(self):
        try:
            while True:
                time.sleep(5)
                self.send(struct.pack(">ii", -2, 11))
        except OSError:
            return

    def request(self, kind, body):
        self.xid += 1
        self.send(struct.pack(">ii", self.xid, kind) + body)

    def create(self, path, data, ephemeral):
        everybody = struct.pack(">ii", 1, 31) + self.text(b"world") + self.text(b"anyone")
        self.request(1, self.text(path.encode()) + self.text(data) + everybody + struct.pack(">i", int(ephemeral)))

    def set(self, path, data):
        self.request(5, self.text(path.encode()) + self.text(data) + struct.pack(">i", -1))

    def delete(self, path):
        self.request(2, self.text(path.encode()) + struct.pack(">i", -1))

    def done(self):
        until = time.time() + 60
        while self.answers < self.xid and time.time() < until:
            time.sleep(0.01)


class Screen:
    """The program in a pty, read as fast as it writes, each piece with the time at which it came."""

    def __init__(self, *argv):
        self.home = tempfile.mkdtemp(prefix="keepwatch-running-")
        self.raw, self.pieces = bytearray(), []
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 48, 160, 0, 0))
                os.chdir(self.home)
                environment = {k: v for k, v in os.environ.items() if not k.startswith("KEEPWATCH_")}
                environment |= {"TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "XDG_STATE_HOME": self.home,
                                "XDG_CONFIG_HOME": self.home}
                os.execvpe(argv[0], argv, environment)
            finally:
                os._exit(127)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while True:
            try:
                select.select([self.fd], [], [])
                data = os.read(self.fd, 65536)
            except OSError:
                return
            if not data:
                return
            self.raw += data
            self.pieces.append((time.perf_counter(), len(self.raw)))

    def seen(self, pattern, mark, seconds):
        """When the last byte of the pattern came, looking from `mark` on; None within the time."""
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            found = re.compile(pattern).search(self.raw[mark:] if mark else bytes(self.raw))
            if found:
                return next(at for at, end in self.pieces[-5000:] if end >= mark + found.end())
            time.sleep(0.0005)
        return None

    def type(self, keys):
        os.write(self.fd, keys)

    def cpu(self):
        """Seconds of all its threads, from the scheduler."""
        total = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            try:
                with open(f"/proc/{self.pid}/task/{task}/schedstat") as file:
                    total += int(file.read().split()[0])
            except OSError:
                pass
        return total / 1e9

    def rss(self):
        with open(f"/proc/{self.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) / 1024

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        shutil.rmtree(self.home, ignore_errors=True)


def percentiles(values, lost):
    values = sorted(values)
    at = lambda share: values[math.ceil(share * len(values)) - 1]
    return f"p50 {at(0.5):.1f} ms, p99 {at(0.99):.1f} ms" + (f" ({lost} of {lost + len(values)} not seen)" if lost else "")


def keys(screen, count=300):
    """A letter into the filter of the list: all rows are filtered and drawn anew; then it is taken back."""
    took, lost = [], 0
    screen.type(b"/")
    time.sleep(0.5)
    for _ in range(count):
        mark, begun = len(screen.raw), time.perf_counter()
        screen.type(b"^")
        when = screen.seen(rb"\^", mark, 0.5)
        if when is None:
            lost += 1
        else:
            took.append(1000 * (when - begun))
        time.sleep(0.01 + random.random() * 0.02)
        screen.type(b"\x7f")
        time.sleep(0.02 + random.random() * 0.03)
    screen.type(b"\x1b")
    return percentiles(took, lost)


def changes(screen, client, path, count=200):
    took, lost, digit = [], 0, 0
    for _ in range(count):
        digit = digit % 9 + 1
        number = str(digit).encode() * 3  # every figure changes, so all three are drawn
        mark, begun = len(screen.raw), time.perf_counter()
        client.set(path, number)
        when = screen.seen(rb"(?<![0-9;\[])" + number + rb"(?![0-9;mHGf])", mark, 0.5)
        if when is None:
            lost += 1
        else:
            took.append(1000 * (when - begun))
        time.sleep(0.03 + random.random() * 0.02)
    return percentiles(took, lost)


def rest(screen):
    """The cheapest of four windows: other programs only ever add."""
    windows = []
    for _ in range(4):
        cpu, size, begun = screen.cpu(), len(screen.raw), time.time()
        time.sleep(4)
        passed = time.time() - begun
        windows.append((100 * (screen.cpu() - cpu) / passed, (len(screen.raw) - size) / passed))
    return f"{min(w[0] for w in windows):.2f} % of a core, {min(w[1] for w in windows):.0f} B/s to the terminal, {screen.rss():.0f} MiB"


def storm(client, paths, stop):
    while not stop.wait(0.02):
        for path in random.sample(paths, 20):
            client.set(path, str(random.randint(1, 99)).encode())


def large(program, told):
    server = ZooKeeper()
    try:
        client = server.client()
        paths = [f"/svc-{s:04d}-service/127.{s // 250 + 1}.{s % 250}.{i + 1}:8080" for s in range(SERVICES) for i in range(EACH)]
        for s in range(SERVICES):
            client.create(f"/svc-{s:04d}-service", b"", False)
        for path in paths:
            client.create(path, str(random.randint(1, 99)).encode(), True)
        client.done()
        registry = ["--registry", f"127.0.0.1:{server.port}", "--probe", "off"]
        walls = []
        for _ in range(3):
            begun = time.time()
            subprocess.run([program, "snapshot", "-o", "json", "--until", "registry", *registry], stdout=subprocess.DEVNULL, check=True)
            walls.append(time.time() - begun)
        told("everything read, printed, ended (`snapshot -o json --until registry`)", f"{min(walls):.2f} s")
        watched = paths[len(paths) // 2]
        client.set(watched, b"77")
        screen = Screen(program, *registry, "--select", watched.strip("/"))
        screen.seen(rb"10,000", 0, 10)
        time.sleep(3)
        told("at rest", rest(screen))
        told("a weight changed by another client, until its new number is on the terminal", changes(screen, client, watched))
        screen.end()
        screen = Screen(program, *registry)
        screen.seen(rb"10,000", 0, 10)
        time.sleep(3)
        told("a key that filters all rows, until its frame", keys(screen))
        stop = threading.Event()
        threading.Thread(target=storm, args=(client, paths, stop), daemon=True).start()
        time.sleep(1)
        told("the same under 1,000 changes a second", keys(screen))
        stop.set()
        screen.end()
    finally:
        server.end()


def demo(program, told):
    screen = Screen(program, "demo")
    try:
        screen.seen(rb"gateway", 0, 20)
        time.sleep(8)
        cpu, begun = screen.cpu(), time.time()
        took = keys(screen)
        told("the same on the demo under its own load, the whole cluster in the process", took)
        busy = 100 * (screen.cpu() - cpu) / (time.time() - begun)
        told("the demo meanwhile, services, load and dashboard", f"{busy:.0f} % of a core, {screen.rss():.0f} MiB")
    finally:
        screen.end()


def main():
    options = argparse.ArgumentParser(description="Figures of the running program, for the README's table.")
    options.add_argument("--program", default="target/release/keepwatch")
    options.add_argument("--rows", action="store_true", help="as rows of the README's table")
    chosen = options.parse_args()
    program = os.path.abspath(chosen.program)

    def told(what, figure):
        print(f"| {what} | {figure} |" if chosen.rows else f"{what}: {figure}", flush=True)

    large(program, told)
    demo(program, told)


if __name__ == "__main__":
    main()
