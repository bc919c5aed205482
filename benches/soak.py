#!/usr/bin/env python3
"""A day's floods in minutes, with the memory that they leave: spans, log lines and registry changes at once, the screen live.

    cargo build --release && python3 benches/soak.py [--minutes 5] [--program target/release/keepwatch]

Three senders: exports of 512 spans as fast as they are taken (a day at 100 spans/s is 8.6 million), a file of JSON lines at
50,000 lines/s that is rotated every 20 s, and instances that come and go. Prints the resident memory every 10 s, and at the end the
largest of the second half beside the largest of the third quarter: flat means that they are the same. Standard library,
`running.py` and `telemetry.py` alone.
"""
import argparse, itertools, os, socket, tempfile, threading, time
from running import Screen, ZooKeeper
from telemetry import export, post


def grow(path, stop, count):
    """A file that is written to and rotated."""
    text = lambda i: (f'{{"ts":"2026-11-24T{i // 3_600_000 % 24:02d}:{i // 60_000 % 60:02d}:{i // 1000 % 60:02d}.{i % 1000:03d}Z","level":"INFO",'
                      f'"service":"svc-{i % 97:03d}","msg":"request {i % 1009} completed","trace_id":"{i * 2654435761:032x}","seq":{i}}}\n')
    block = "".join(map(text, range(1000)))
    file, begun = open(path, "a"), time.time()
    while not stop.wait(0.02):
        file.write(block)
        file.flush()
        count[0] += 1000
        if time.time() - begun > 20:
            file.close()
            os.replace(path, path + ".1")
            file, begun = open(path, "a"), time.time()


def flood(port, stop, count):
    body, numbers = export(), itertools.count(1)
    while not stop.is_set():
        count[0] += post(port, body, numbers, 1, patient=True)[0]


def churn(client, stop, count):
    for n in itertools.count():
        if stop.wait(0.05):
            return
        path = f"/churn-service/127.0.{n // 200 % 200}.{n % 200 + 1}:80"
        client.create(path, b"10", True)
        client.set(path, b"5")
        client.delete(path)
        client.done()
        count[0] += 3


def main():
    options = argparse.ArgumentParser(description="Memory of the running program under a day's floods in minutes.")
    options.add_argument("--program", default="target/release/keepwatch")
    options.add_argument("--minutes", type=float, default=5)
    chosen = options.parse_args()
    server, stop = ZooKeeper(), threading.Event()
    folder = tempfile.mkdtemp(prefix="keepwatch-soak-")
    path = f"{folder}/grow.log"
    open(path, "w").close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        client = server.client()
        client.create("/churn-service", b"", False)
        client.done()
        registry = ["--registry", f"127.0.0.1:{server.port}", "--probe", "off"]
        screen = Screen(os.path.abspath(chosen.program), *registry, "--otlp", f"127.0.0.1:{port}", "--logs", path)
        time.sleep(2)
        spans, lines, changes = [0], [0], [0]
        senders = [(flood, port, spans), (grow, path, lines), (churn, client, changes)]
        threads = [threading.Thread(target=act, args=(on, stop, count), daemon=True) for act, on, count in senders]
        for thread in threads:
            thread.start()
        taken, begun = [], time.time()
        while time.time() - begun < 60 * chosen.minutes:
            time.sleep(10)
            taken.append(screen.rss())
            print(f"{time.time() - begun:5.0f} s  {taken[-1]:5.0f} MiB  {spans[0]:,} spans  {lines[0]:,} lines  {changes[0]:,} changes", flush=True)
        quarter = len(taken) // 4
        third, last = max(taken[2 * quarter:3 * quarter]), max(taken[3 * quarter:])
        print(f"the third quarter {third:.0f} MiB at most, the last {last:.0f} MiB")
        stop.set()
        for thread in threads:
            thread.join(10)
        screen.end()
    finally:
        stop.set()
        server.end()
        for name in os.listdir(folder):
            os.remove(f"{folder}/{name}")
        os.rmdir(folder)


if __name__ == "__main__":
    main()
