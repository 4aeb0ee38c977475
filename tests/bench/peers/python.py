"""python.py QUEUE COUNT PATH: COUNT durable puts of 2 KiB; says p50 and p99 in milliseconds, bytes written for each."""
import os
import sys
import time

name, count, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
body = os.urandom(1024).hex()

if name == "persist-queue":
    import persistqueue

    os.makedirs(path, exist_ok=True)
    queue = persistqueue.SQLiteAckQueue(path, auto_commit=True)
    connection = queue._conn
else:
    import litequeue

    queue = litequeue.LiteQueue(path)
    connection = queue.conn
    connection.execute("PRAGMA synchronous=FULL")

mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
level = connection.execute("PRAGMA synchronous").fetchone()[0]
assert (mode, level) == ("wal", 2), (mode, level)


def written():
    with open("/proc/self/io") as io:
        return next(int(line.split()[1]) for line in io if line.startswith("write_bytes"))


before = written()
times = []
for _ in range(count):
    began = time.perf_counter()
    queue.put(body)
    times.append((time.perf_counter() - began) * 1000)
times.sort()
print(times[count // 2], times[count * 99 // 100], (written() - before) // count)
