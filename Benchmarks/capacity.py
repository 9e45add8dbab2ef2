"""What a million landlords would take, calculated from what the other benchmarks have measured and kept."""
import json, math

from programs import ROOT

TITLE = "Capacity, calculated from the kept figures"
LANDLORDS, TENANTS, MESSAGES_IN, MESSAGES_OUT, STATUSES = 1_000_000, 10, 10, 10, 3
PEAK, HEADROOM, OPEN_PAGES = 10, 0.5, 0.02


def run(bench, report):
    applied, memory, storage = (kept(name) for name in ("applied", "memory", "storage"))
    month = 30 * 86_400
    tenants = LANDLORDS * TENANTS
    events = tenants * (MESSAGES_IN + MESSAGES_OUT * STATUSES) / month
    sends = tenants * MESSAGES_OUT / month
    rate = applied["ZenRent, PostgreSQL, 200 landlords"]["rate"]
    stream = (memory["streams"]["with"] - memory["streams"]["without"]) / 5_000
    stored = storage["PostgreSQL, messages"] + storage["PostgreSQL, wamid_routes"]
    month_of_messages = tenants * (MESSAGES_IN + MESSAGES_OUT)
    shards = math.ceil(PEAK * events / (rate * HEADROOM))
    report.table(["Assumption", ""], [
        ["landlords, tenants each", f"{LANDLORDS:,}, {TENANTS}"],
        ["messages a month from and to each tenant", f"{MESSAGES_IN} and {MESSAGES_OUT}, {STATUSES} statuses for each sent"],
        ["the busiest minute is so many times the average", PEAK], ["used of what a machine sustains", f"{100 * HEADROOM:.0f}%"],
        ["landlords with the page open", f"{100 * OPEN_PAGES:.0f}%"]])
    report.table(["Follows", "on average", "at the peak"], [
        ["webhook events", f"{events:,.0f}/s", f"{PEAK * events:,.0f}/s"], ["sends", f"{sends:,.0f}/s", f"{PEAK * sends:,.0f}/s"],
        [f"2-core machines with PostgreSQL and one process each (measured: {rate:,.0f} events/s)", "", f"{shards}, sharded by landlord"],
        ["memory of open pages", "", f"{LANDLORDS * OPEN_PAGES * stream / 2**30:,.1f} GB in all"],
        ["messages and routes kept", f"{month_of_messages * stored / 2**30:,.0f} GB a month", ""],
        ["bodies of webhooks, kept 30 days", f"{events * month * storage.get('PostgreSQL, webhook_bodies', 0) / 2**30:,.0f} GB", ""]])
    report.figures.update(events=events, sends=sends, machines=shards, month=month_of_messages * stored)


def kept(name):
    file = ROOT / f"docs/benchmarks/{name}.json"
    if not file.exists():
        raise SystemExit(f"{file} is missing: run bin/bench {name} first.")
    return json.loads(file.read_text())
