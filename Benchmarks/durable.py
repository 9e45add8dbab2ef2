"""How many webhooks a second are on disk before their 200: 64 connections, each asking again when it is answered."""
from programs import Server, empty_server, express_peer, load
from report import median

TITLE = "Durable 200s, 64 connections, closed loop"


def run(bench, report):
    seconds, rounds = (3, 3) if bench.quick else (10, 3)
    contenders = {
        "A: Express, SQLite FULL": lambda: peer(bench, seconds), "B: empty 200": lambda: empty(bench, seconds),
        "ZenRent, SQLite FULL": lambda: ours(bench, bench.sqlite, seconds),
        "ZenRent, PostgreSQL": lambda: ours(bench, bench.postgres, seconds)}
    results = {name: [] for name in contenders}
    for number in range(rounds):
        for name, measure in contenders.items():
            result = measure()
            if result is None:
                continue
            results[name].append(result)
            print(f"  round {number + 1}, {name}: {result['rate']:.0f}/s, p99 {result['p99']:.1f} ms", flush=True)
    tell(results, report)


def tell(results, report):
    rates = {name: median([run["rate"] for run in runs]) for name, runs in results.items() if runs}
    a, b = rates.get("A: Express, SQLite FULL"), rates["B: empty 200"]
    rows = []
    for name, rate in rates.items():
        runs = results[name]
        rows.append([
            name, f"{rate:,.0f}/s", f"{rate / a:.1f}" if a else "–", f"{100 * rate / b:.0f}%",
            f"{median([run['p50'] for run in runs]):.1f}", f"{median([run['p99'] for run in runs]):.1f}",
            f"{median([run['applied'] for run in runs]) :,.0f}" if "applied" in runs[0] else "",
            f"{min(run['rate'] for run in runs):,.0f} – {max(run['rate'] for run in runs):,.0f}"])
        report.figures[name] = runs
    report.table(["", "200s", "× A", "of B", "p50 ms", "p99 ms", "applied meanwhile /s", "rounds from – to"], rows)
    report.note("Medians of interleaved rounds. The applier works in the same process all the while.")
    sqlite, postgres = rates["ZenRent, SQLite FULL"], rates["ZenRent, PostgreSQL"]
    if a:
        report.must("7 × A on SQLite (aim 9)", sqlite >= 7 * a, f"{sqlite / a:.1f} × A", sqlite >= 9 * a)
        report.must("6 × A on PostgreSQL (aim 8)", postgres >= 6 * a, f"{postgres / a:.1f} × A", postgres >= 8 * a)
    report.must("38% of B on SQLite (aim 45%)", sqlite >= 0.38 * b, f"{100 * sqlite / b:.0f}%", sqlite >= 0.45 * b)
    refused = sum(count for runs in results.values() for run in runs for status, count in run["statuses"].items() if status != "200")
    report.must("nothing refused", refused == 0, f"{refused} refused")


def options(bench, engine, seconds, **more):
    chosen = {"--world": bench.world(engine).file, "--series": bench.series(), "--connections": 64, "--seconds": seconds,
              "--warm-up": 1, "--requests": 30_000 * (seconds + 1), **more}
    return [part for pair in chosen.items() for part in pair]


def peer(bench, seconds):
    with bench.folder_for_run() as folder:
        program = express_peer(folder)
        if program is None:
            return None
        with program:
            return load("post", "--target", program.address + "/webhook", *options(bench, bench.sqlite, seconds, **{"--requests": 8_000 * (seconds + 1)}))


def empty(bench, seconds):
    with empty_server() as program:
        return load("post", "--target", program.address + "/webhook/whatsapp", "--repeats", *options(bench, bench.sqlite, seconds))


def ours(bench, engine, seconds):
    with bench.copy_of_world(engine) as database, Server(database.url, log=bench.log) as server:
        result = load("post", "--target", server.webhook, *options(bench, engine, seconds))
        ledger = server.ledger()
        result["applied"] = (result["goodInAll"] - ledger["waiting"]) / (seconds + 1)
        return result
