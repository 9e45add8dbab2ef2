"""Makes many messages of few: every stored message is copied, with its event, its route and its news, under new IDs.

Written as SQL, since a million events through the front door would take longer than all benchmarks together. The columns are read from the
database; only the names of IDs are known here."""
import sqlite3

# What makes a copy different. Tables or columns that a schema does not have are left out.
IDS = {
    "messages": ("message_id", "wamid", "client_message_id"), "wamid_routes": ("wamid", "message_id"), "webhook_batches": ("batch_id",),
    "webhook_bodies": ("batch_id",), "live_blocks": ("last_sequence", "first_sequence")}


def multiply(database, times):
    """`times` counts the originals too."""
    (on_sqlite if database.url.startswith("sqlite:") else on_postgres)(database, times - 1)


def on_sqlite(database, copies):
    path = database.url.removeprefix("sqlite:")
    for file in (path, path.replace(".sqlite", ".ledger.sqlite")):
        connection = sqlite3.connect(file, isolation_level=None)
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -400000")
        connection.execute("BEGIN IMMEDIATE")
        for table in IDS:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            if columns:
                connection.execute(copying(table, columns, "(WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < %d) SELECT k FROM n)" % copies))
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'live_blocks'").fetchone():
            connection.execute(CATCH_UP)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()


def on_postgres(database, copies):
    query = lambda text: database.engine.query(text, database.url)
    for table in IDS:
        columns = query(f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}' AND table_schema = 'public' "
                        "ORDER BY ordinal_position").split()
        if columns:
            query(copying(table, columns, f"(SELECT generate_series(1, {copies}) AS k)"))
    query(CATCH_UP)
    query("VACUUM ANALYZE")


# The next number must lie above all copies.
CATCH_UP = """UPDATE landlords SET live_sequence = COALESCE(
    (SELECT MAX(last_sequence) FROM live_blocks WHERE live_blocks.landlord_id = landlords.landlord_id), live_sequence)"""


def copying(table, columns, numbers):
    def copied(column):
        if column in ("last_sequence", "first_sequence"):
            return f"t.{column} + n.k * 1000000"
        return f"t.{column} || '-' || n.k" if column in IDS[table] else f"t.{column}"
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(map(copied, columns))} FROM {table} t, {numbers} n"
