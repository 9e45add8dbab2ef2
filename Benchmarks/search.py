"""Looking for words among a million messages of one landlord, who is one of a thousand."""
import itertools, random, sqlite3, statistics, subprocess, time, urllib.parse

from programs import Server, get_json
from worlds import sign_in

TITLE = "Words among a million messages"
LANDLORD = "landlord-00000"
# As many different words as people use, each as often as its place in the list tells; and one that was said ten times.
WORDS, RARE = 20_000, "quincunx"
QUESTIONS = [
    ("a word of every third message", "w0"), ("two common words", "w3 w7"), ("a word of one message in 20,000", "w15000"),
    ("a rare word", RARE), ("a common and a rare word", f"w0 {RARE}"), ("a word that nobody has said", "zzyzx"),
    ("the beginning of a word", "quin"), ("a common word and the beginning of a rare one", "w0 quin"), ("two letters", "w1")]


def run(bench, report):
    messages = 100_000 if bench.quick else 1_000_000
    rows = []
    for engine in bench.engines:
        with bench.copy_of_world(engine, 1, 5_000) as database:
            begun = time.monotonic()
            (fill_sqlite if engine is bench.sqlite else fill_postgres)(database, messages)
            print(f"  made {messages:,} messages on {engine.name} in {time.monotonic() - begun:.0f} s", flush=True)
            with Server(database.url, log=bench.log) as server:
                for name, question in QUESTIONS:
                    found, latencies = ask(server, question, 50 if bench.quick else 300)
                    p50, p99 = statistics.median(latencies), sorted(latencies)[int(len(latencies) * 0.99)]
                    rows.append([engine.name, name, found, f"{p50:.1f}", f"{p99:.1f}"])
                    report.figures.setdefault(engine.name, {})[question] = {"p50": p50, "p99": p99, "found": found}
    report.table(["", f"{messages:,} messages; one at a time, over HTTP", "on the first page", "p50 ms", "p99 ms"], rows)
    worst = max(figure["p99"] for engine in report.figures.values() for figure in engine.values())
    report.must("every question answered under 100 ms (p99)", worst < 100, f"{worst:.1f} ms", worst < 50)


def ask(server, question, times):
    token, address = sign_in(LANDLORD), f"{server.address}/api/whatsapp/search?q={urllib.parse.quote(question)}"
    latencies = []
    for _ in range(times):
        begun = time.perf_counter()
        found = len(get_json(address, token)["items"])
        latencies.append(1_000 * (time.perf_counter() - begun))
    return found, latencies


class Messages:
    """What is filled in: the landlord's messages in their own conversations, and some of 999 others."""

    def __init__(self, count, number, first, threads):
        self.count, self.number, self.first, self.threads = count, number, first, threads
        self.random = random.Random(1)
        self.weights = list(itertools.accumulate(1 / (place + 1) for place in range(WORDS)))

    def __iter__(self):
        """Landlord, message's ID, conversation, line, its words, its number in the index, and the words as they stand there."""
        vocabulary = [f"w{place}" for place in range(WORDS)]
        for place in range(self.count):
            said = self.random.choices(vocabulary, cum_weights=self.weights, k=10)
            if place % (self.count // 10) == 7:
                said.append(RARE)
            yield (LANDLORD, f"many-{place:07}", *self.threads[place % len(self.threads)], " ".join(said), self.first + place, self.signed(self.number, self.first + place, said))
        for other in range(999):
            for place in range(100):
                said = self.random.choices(vocabulary, cum_weights=self.weights, k=10) + [RARE]
                number = self.number + 1 + other
                yield (f"other-{other}", f"other-{other}-{place}", "none", "none", " ".join(said), place, self.signed(number, place, said))

    @staticmethod
    def signed(landlord, number, said):
        return " ".join(sorted({f"{landlord}a{number >> 12}x{word}" for word in said}))


BEFORE = f"SELECT landlord_number, next_number FROM search_progress WHERE landlord_id = '{LANDLORD}'"
THREADS = f"SELECT conversation_id, line_id FROM conversations WHERE landlord_id = '{LANDLORD}'"
AFTER = f"UPDATE search_progress SET next_number = next_number + %d WHERE landlord_id = '{LANDLORD}'"
MESSAGE = "landlord_id, message_id, conversation_id, line_id, preview, direction, type, content, richness, state, at, created_at"


def fill_sqlite(database, count):
    connection = sqlite3.connect(database.url.removeprefix("sqlite:"), isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -400000")
    number, first = connection.execute(BEFORE).fetchone()
    messages = iter(Messages(count, number, first, connection.execute(THREADS).fetchall()))
    while some := list(itertools.islice(messages, 5_000)):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO messages ({MESSAGE}) VALUES (?, ?, ?, ?, ?, 'in', 'text', '{{}}', 2, 'received', ?, 1)",
                               [(*row[:5], 1_600_000_000_000 + row[5]) for row in some])
        connection.executemany("INSERT INTO search_documents (landlord_id, message_id, number, digest) VALUES (?, ?, ?, '')", [(row[0], row[1], row[5]) for row in some])
        connection.executemany("INSERT INTO search_words (rowid, words) VALUES (?, ?)",
                               [((int(row[6].split("a")[0]) << 40) + (1 << 39) + row[5], row[6]) for row in some])
        connection.execute("INSERT INTO search_words (search_words, rank) VALUES ('merge', 800)")
        connection.execute("COMMIT")
    connection.execute(AFTER % count)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def fill_postgres(database, count):
    query = lambda text: database.engine.query(text, database.url)
    number, first = map(int, query(BEFORE).split("|"))
    threads = [line.split("|") for line in query(THREADS).splitlines()]
    copying = subprocess.Popen(["psql", database.url, "-Xqc", f"CREATE UNLOGGED TABLE filled (landlord TEXT, message TEXT, thread TEXT, line TEXT, said TEXT, number BIGINT, words TEXT)",
                                "-c", "COPY filled FROM STDIN"], stdin=subprocess.PIPE, text=True)
    for row in Messages(count, number, first, threads):
        copying.stdin.write("\t".join(map(str, row)) + "\n")
    copying.stdin.close()
    assert copying.wait() == 0
    query(f"INSERT INTO messages ({MESSAGE}) SELECT landlord, message, thread, line, said, 'in', 'text', '{{}}', 2, 'received', 1600000000000 + number, 1 FROM filled")
    query("INSERT INTO search_documents (landlord_id, message_id, number, digest, words) SELECT landlord, message, number, '', CAST(words AS tsvector) FROM filled")
    query("DROP TABLE filled")
    query(AFTER % count)
    query("VACUUM ANALYZE")
