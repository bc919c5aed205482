#!/usr/bin/env python3
"""What spans and log lines cost the running program with its screen live, in its own CPU time: the README's table of figures.

    cargo build --release && python3 benches/telemetry.py [--program target/release/keepwatch]

Sends exports of 512 spans with 8 attributes over OTLP/HTTP (as protobuf, one connection, one after the other), as fast as they are
taken and at 10,000 spans/s; then lets a file of JSON lines grow at 20,000 lines/s, where `tail -F` and (where they are installed)
lnav and multitail read it, too, in ptys of the same size: machines differ, and the same one differs from day to day, so their shares
tell more than the figure. CPU time is what the kernel counted for the program's threads; the cheapest of three rounds counts. Then a
key into the filter of each pane until its frame, meanwhile: a figure for quiet machines only. Then 100,000 lines/s, and what 250,000
spans take. Standard library and `running.py` alone.
"""
import argparse, itertools, multiprocessing, os, shutil, socket, struct, tempfile, time
from running import Screen, ZooKeeper, keys


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes(out) + bytes([n])


def piece(number, value):
    return varint(number << 3 | 2) + varint(len(value)) + value


def attribute(key, value):
    return piece(1, key.encode()) + piece(2, piece(1, value.encode()))


ROUND = b"Round-No"  # the first half of every trace's id, replaced by a number of its own in each export


def export(spans=512):
    """The bytes of one export: traces of 8 spans."""
    out = bytearray()
    for i in range(spans):
        pairs = {"http.request.method": "GET", "http.route": f"/flood/{i % 50}", "http.response.status_code": "200", "url.path": f"/flood/{i}/items",
                 "net.peer": "10.0.0.9", "user.id": f"user-{i * 7919}", "db.system": "postgresql", "thread.id": str(i)}
        start = time.time_ns()
        span = piece(1, ROUND + struct.pack(">Q", i // 8 + 1)) + piece(2, struct.pack(">Q", i + 1)) + piece(5, b"GET /flood/%d" % (i % 50))
        span += varint(6 << 3) + varint((2, 3, 1)[i % 3]) + struct.pack("<BQBQ", 7 << 3 | 1, start, 8 << 3 | 1, start + 5_000_000)
        out += piece(2, span + b"".join(piece(9, attribute(k, v)) for k, v in pairs.items()))
    resource = piece(1, attribute("service.name", "flood")) + piece(1, attribute("service.instance.id", "127.0.0.1:9"))
    return piece(1, piece(1, resource) + piece(2, bytes(out)))


def post(to, body, numbers, seconds, rate=0, patient=False, most=1 << 60):
    """Sends for so long, and at most so many; how many spans, and how long each export took, in ms. `patient`: one that is told to come again does."""
    sent, took, begun = 0, [], time.time()
    with socket.create_connection(("127.0.0.1", to), 5) as link:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while (passed := time.time() - begun) < seconds and sent < most:
            if rate and sent > passed * rate:
                time.sleep(0.001)
                continue
            fresh = body.replace(ROUND, struct.pack(">Q", next(numbers)))
            at = time.perf_counter()
            link.sendall(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: %d\r\n\r\n" % len(fresh) + fresh)
            answer = link.recv(4096)
            if patient and answer.startswith((b"HTTP/1.1 503", b"HTTP/1.1 429")):
                time.sleep(0.1)
                continue
            if not answer.startswith(b"HTTP/1.1 200"):
                raise SystemExit("telemetry.py: an export was not taken")
            took.append(1000 * (time.perf_counter() - at))
            sent += 512
    return sent, sorted(took)


def rounds(screen, act, count=3):
    """The cheapest of some rounds: CPU seconds, wall seconds, what the act gave."""
    best = None
    for _ in range(count):
        cpu, begun = screen.cpu(), time.time()
        got = act()
        time.sleep(0.3)
        one = (screen.cpu() - cpu, time.time() - begun - 0.3, got)
        best = min(best or one, one, key=lambda o: o[0] / max(o[2][0], 1))
        time.sleep(0.5)
    return best


def meanwhile(screen, act):
    """A key until its frame while somebody else, in a process of its own, sends."""
    sender = multiprocessing.get_context("fork").Process(target=act, daemon=True)
    sender.start()
    time.sleep(2)
    said = keys(screen)
    if not sender.is_alive():
        raise SystemExit("telemetry.py: the sender ended before the keys were measured")
    sender.kill()
    sender.join()
    return said


def intake(program, registry):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    screen = Screen(program, *registry, "--otlp", f"127.0.0.1:{port}", "--screen", "traces")
    time.sleep(2)
    return screen, port


def held(program, registry):
    screen, port = intake(program, registry)
    before = screen.rss()
    sent, _ = post(port, export(), itertools.count(1), 60, patient=True, most=250_000)
    time.sleep(2)
    print(f"{sent:,} spans held: {screen.rss() - before:.0f} MiB more than without")
    screen.end()


def spans(program, registry):
    screen, port = intake(program, registry)
    body, numbers = export(), itertools.count(1)
    cpu, wall, (sent, _) = rounds(screen, lambda: post(port, body, numbers, 3))
    print(f"spans as fast as one sender sends them: {sent / cpu:,.0f} per CPU second ({sent / wall:,.0f}/s came), {screen.rss():.0f} MiB")
    cpu, wall, (sent, took) = rounds(screen, lambda: post(port, body, numbers, 4, 10_000))
    print(f"10,000 spans/s: {100 * cpu / wall:.1f} % of a core, an export p50 {took[len(took) // 2]:.1f} ms, p99 {took[len(took) * 99 // 100]:.1f} ms")
    said = meanwhile(screen, lambda: post(port, body, numbers, 60, 10_000, patient=True))
    print(f"a key into the filter of traces until its frame, meanwhile: {said}, {screen.rss():.0f} MiB")
    screen.end()


OTHERS = [("tail", "-F"), ("lnav",), ("multitail",)]


def lines(program, registry):
    folder = tempfile.mkdtemp(prefix="keepwatch-telemetry-")
    path, at = f"{folder}/grow.log", [0]
    text = lambda i: (f'{{"ts":"2026-11-24T{i // 3_600_000 % 24:02d}:{i // 60_000 % 60:02d}:{i // 1000 % 60:02d}.{i % 1000:03d}Z","level":"{("INFO", "WARN", "ERROR")[i % 50 % 3]}",'
                      f'"service":"svc-{i % 97:03d}","msg":"request completed","trace_id":"{i * 2654435761:032x}","seq":{i}}}\n')
    with open(path, "a") as file:
        file.write(text(0))
        file.flush()
        screen = Screen(program, *registry, "--otlp", "off", "--logs", path, "--screen", "logs")
        others = {name: Screen(found, *words, path) for name, *words in OTHERS if (found := shutil.which(name))}
        time.sleep(2)

        def grow(seconds=5, rate=20_000):
            begun, first = time.time(), at[0]
            while (passed := time.time() - begun) < seconds:
                until = first + int(passed * rate)
                file.write("".join(map(text, range(at[0], until))))
                file.flush()
                at[0] = until
                time.sleep(0.02)
            return at[0] - first, None

        shares = {name: [] for name in others}

        def all_of_them():
            before, begun = {name: other.cpu() for name, other in others.items()}, time.time()
            grown = grow()
            for name, other in others.items():
                shares[name].append(100 * (other.cpu() - before[name]) / (time.time() - begun))
            return grown

        cpu, wall, (count, _) = rounds(screen, all_of_them)
        print(f"20,000 log lines/s of a growing file: {100 * cpu / wall:.1f} % of a core, {1e6 * cpu / count:.1f} µs a line; "
              + ", ".join(f"{name} {min(share):.1f} %" for name, share in shares.items()))
        for other in others.values():
            other.end()
        said = meanwhile(screen, lambda: grow(60))
        print(f"a key into the filter of lines until its frame, meanwhile: {said}, {screen.rss():.0f} MiB")
        at[0] = 500_000_000  # what the process of its own wrote is not known here
        cpu, begun, mark = screen.cpu(), time.time(), len(screen.raw)
        count, _ = grow(5, 100_000)
        # No letter of it is where it was in the line before: what did not change is not painted.
        file.write(text(at[0]).replace("request completed", "ZZZZZZZZ"))
        file.flush()
        last = time.time()
        found = screen.seen(rb"ZZZZZZZZ", mark, 10)
        behind = "is not on the screen in 10 s" if found is None else f"is on the screen after {1000 * (time.time() - last):.0f} ms"
        print(f"{count / (last - begun):,.0f} log lines/s: the last one {behind}, {100 * (screen.cpu() - cpu) / (time.time() - begun):.0f} % of a core")
    screen.end()
    os.remove(path)
    os.rmdir(folder)


def main():
    options = argparse.ArgumentParser(description="Figures of the running program under spans and log lines.")
    options.add_argument("--program", default="target/release/keepwatch")
    program = os.path.abspath(options.parse_args().program)
    server = ZooKeeper()
    try:
        client = server.client()
        client.create("/flood", b"", False)
        client.create("/flood/127.0.0.1:9", b"10", True)
        client.done()
        registry = ["--registry", f"127.0.0.1:{server.port}", "--probe", "off"]
        spans(program, registry)
        lines(program, registry)
        held(program, registry)
    finally:
        server.end()


if __name__ == "__main__":
    main()
