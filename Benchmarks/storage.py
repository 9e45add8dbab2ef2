"""What a stored message takes on disk, with everything that belongs to it: its event, its route, its news, its indexes."""
from pathlib import Path

TITLE = "Storage"


def run(bench, report):
    rows = []
    with bench.copy_of_many(bench.sqlite) as database:
        path = Path(database.url.removeprefix("sqlite:"))
        for name, file in (("data", path), ("ledger", path.with_name(path.stem + ".ledger.sqlite"))):
            rows.append([f"SQLite, {name}", f"{file.stat().st_size / 2**20:,.0f} MB", f"{file.stat().st_size / bench.many:,.0f}"])
            report.figures[f"SQLite, {name}"] = file.stat().st_size / bench.many
    with bench.copy_of_many(bench.postgres) as database:
        tables = bench.postgres.query(
            "SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables ORDER BY 2 DESC LIMIT 6", database.url)
        for name, size in (line.split("|") for line in tables.splitlines()):
            rows.append([f"PostgreSQL, {name}", f"{int(size) / 2**20:,.0f} MB", f"{int(size) / bench.many:,.0f}"])
            report.figures[f"PostgreSQL, {name}"] = int(size) / bench.many
        total = int(bench.postgres.query("SELECT pg_database_size(current_database())", database.url))
        rows.append(["PostgreSQL, all", f"{total / 2**20:,.0f} MB", f"{total / bench.many:,.0f}"])
        report.figures["PostgreSQL, all"] = total / bench.many
    report.table([f"With {bench.many:,} messages", "size", "bytes per message"], rows)
    report.note("Bodies are kept 30 days after they were applied and news 7 days, so in the long run only messages and routes grow.")
