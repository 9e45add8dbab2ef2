"""A million stored messages against a thousand: the same plans, and as many instructions for each event."""
import os, re, subprocess, time

from programs import BUILD, SETTINGS, Server, load
from report import median

TITLE = "A million stored messages against a thousand"
EVENTS = 1_000
# Tables that grow with the messages: with a million of them none may be read from end to end.
GROWING = ("messages", "wamid_routes", "live_blocks", "webhook_batches", "webhook_bodies")


def run(bench, report):
    events = 300 if bench.quick else EVENTS
    small, big = bench.few_world(bench.sqlite), bench.world(bench.sqlite, 1, 5_000)
    few, many = instructions(bench, bench.copy_of_few, events, small), instructions(bench, bench.copy_of_many, events, small)
    wide = instructions(bench, lambda engine: bench.copy_of_world(engine, 1, 5_000), events, big)
    more, wider = many / few - 1, wide / few - 1
    report.table([f"SQLite, {events} events applied one per request, valgrind", "instructions per event"],
                 [[f"{bench.few:,} messages", f"{few:,.0f}"], [f"{bench.many:,} messages", f"{many:,.0f}"], ["difference", f"{100 * more:+.1f}%"],
                  ["5,000 messages in 5,000 conversations of one landlord", f"{wide:,.0f}"], ["difference", f"{100 * wider:+.1f}%"]])
    report.figures["instructions"] = {"few": few, "many": many, "wide": wide}
    report.must("nor more for a landlord with 5,000 conversations", wider < 0.15, f"{100 * wider:+.1f}%", wider < 0.05)
    report.must("instructions per event within 15% (aim 5%)", more < 0.15, f"{100 * more:+.1f}%", more < 0.05)
    scans = sequential_scans(bench, events)
    report.figures["scans"] = scans
    report.table([f"PostgreSQL, {bench.many:,} messages", "scans from end to end", "rows read by them"],
                 [[table, count, rows] for table, (count, rows) in sorted(scans.items())])
    report.must("no scan of a growing table on PostgreSQL", all(count == 0 for count, _ in scans.values()),
                ", ".join(f"{table} {count}" for table, (count, _) in scans.items() if count) or "none")
    report.note("SQLite chooses plans by statistics that a migration wrote and nobody renews (which is checked), so they are the same for any number of rows.")


def instructions(bench, copy, events, world):
    """The server under callgrind, counting from when it has come to rest until it has applied the events."""
    for old in bench.folder.glob("callgrind.out*"):
        old.unlink()
    command = ("valgrind", "--tool=callgrind", f"--callgrind-out-file={bench.folder}/callgrind.out", "--instr-atstart=no", "-q", readable(bench))
    with copy(bench.sqlite) as database:
        assert has_fixed_statistics(database), "Somebody has run ANALYZE: plans may differ."
        with Server(database.url, command=command, environment={"LD_PRELOAD": shim(bench)}, log=bench.log) as server:
            post(bench, server, world, 50)
            come_to_rest(server)
            control(server, "--instr=on")
            post(bench, server, world, events)
            come_to_rest(server)
            control(server, "--instr=off")
            control(server, "--dump")
            assert server.ledger()["waiting"] == 0, "Not everything was applied."
    counted = [int(found) for part in bench.folder.glob("callgrind.out*") for found in re.findall(r"^(?:totals|summary): (\d+)", part.read_text(), re.M)]
    return max(counted) / events


def readable(bench):
    """The server without debug information, which Debian's valgrind cannot read."""
    program = bench.folder / "zenrent-for-valgrind"
    subprocess.run(["objcopy", "--strip-debug", BUILD / "zenrent", program], check=True)
    return program


def shim(bench):
    """Debian's valgrind writes to the mask of sigsuspend, which libdispatch keeps in read-only memory, and crashes: it gets a copy."""
    library = bench.folder / "sigsuspend.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, "-x", "c", "-"], check=True, text=True, input=SHIM)
    return str(library)


SHIM = """
#include <signal.h>
#include <unistd.h>
#include <sys/syscall.h>
int sigsuspend(const sigset_t *mask) { sigset_t copy = *mask; return syscall(SYS_rt_sigsuspend, &copy, 8); }
"""


def control(server, what):
    # Its pipes are named after HOST, which for the server is a setting.
    made = subprocess.run(["callgrind_control", what, str(server.pid)], env={**os.environ, "HOST": SETTINGS["HOST"]}, text=True, capture_output=True)
    assert made.returncode == 0 and "error" not in made.stderr, f"callgrind_control {what}: {made.stderr}"


def has_fixed_statistics(database):
    import sqlite3
    with sqlite3.connect(database.url.removeprefix("sqlite:")) as connection:
        return connection.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = 'messages' AND idx = 'messages_by_id'").fetchone() == ("100000000 1 1",)


def post(bench, server, world, events):
    load("post", "--target", server.webhook, "--world", world.file, "--series", bench.series(), "--requests", events,
         "--connections", 1, "--seconds", 600)


def come_to_rest(server):
    """Until the server uses hardly any processor time; asking it would be counted."""
    while True:
        before = server.cpu_seconds()
        time.sleep(2)
        if server.cpu_seconds() - before < 0.3:
            return


def sequential_scans(bench, events):
    with bench.copy_of_many(bench.postgres) as database:
        bench.postgres.query("VACUUM ANALYZE", database.url)
        with Server(database.url, log=bench.log) as server:
            before = counts(bench, database)
            load("post", "--target", server.webhook, "--world", bench.few_world(bench.postgres).file, "--series", bench.series(), "--requests", events,
                 "--connections", 4, "--seconds", 600)
            while bench.postgres.query("SELECT COUNT(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND datname = current_database()", database.url) != "0":
                time.sleep(0.1)
            time.sleep(3)
            after = counts(bench, database)
    return {table: (after[table][0] - before[table][0], after[table][1] - before[table][1]) for table in after}


def counts(bench, database):
    names = ", ".join(f"'{name}'" for name in GROWING)
    text = bench.postgres.query(f"SELECT relname, seq_scan, seq_tup_read FROM pg_stat_user_tables WHERE relname IN ({names})", database.url)
    return {name: (int(scans), int(rows)) for name, scans, rows in (line.split("|") for line in text.splitlines())}
