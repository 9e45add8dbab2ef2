"""Runs benchmarks by name, prints their tables, keeps them under docs/benchmarks, and fails when a figure is missed."""
import argparse, contextlib, importlib, signal, sys, tempfile, time, uuid
from pathlib import Path

import worlds
from databases import PostgreSQL, SQLite
from multiply import multiply
from programs import ROOT
from report import Report

NAMES = ["durable", "applied", "meta", "overload", "million", "storage", "outgoing", "fairness", "memory", "start", "search", "capacity"]


class Bench:
    """What the benchmarks share: engines, prepared databases, a folder."""

    def __init__(self, folder, quick):
        self.folder, self.quick = Path(folder), quick
        self.log = self.folder / "server.log"
        self.sqlite, self._postgres, self._worlds, self._many = SQLite(folder), None, {}, {}

    @property
    def postgres(self):
        if self._postgres is None:
            self._postgres = PostgreSQL(self.folder)
        return self._postgres

    @property
    def engines(self):
        return [self.sqlite, self.postgres]

    def world(self, engine, landlords=200, people=50):
        """A prepared database; made the first time it is asked for."""
        key = (engine.name, landlords, people)
        if key not in self._worlds:
            begun = time.monotonic()
            self._worlds[key] = worlds.prepare(engine, self.folder, landlords, people)
            print(f"  prepared {landlords} landlords with {people} people each on {engine.name} in {time.monotonic() - begun:.0f} s", flush=True)
        return self._worlds[key]

    def copy_of_world(self, engine, landlords=200, people=50):
        return engine.copy(self.world(engine, landlords, people).database)

    # 200 landlords with 5 tenants each have had 1,000 messages; a thousandfold is a million, for the same people.
    few = 1_000

    @property
    def many(self):
        return self.few * (100 if self.quick else 1_000)

    def few_world(self, engine):
        return self.world(engine, 200, 5)

    def copy_of_few(self, engine):
        return engine.copy(self.few_world(engine).database)

    def copy_of_many(self, engine):
        """A database with a million messages; made the first time it is asked for."""
        if engine.name not in self._many:
            begun = time.monotonic()
            self._many[engine.name] = self.copy_of_few(engine)
            multiply(self._many[engine.name], self.many // self.few)
            print(f"  made {self.many:,} messages on {engine.name} in {time.monotonic() - begun:.0f} s", flush=True)
        return engine.copy(self._many[engine.name])

    def series(self):
        """A name for events that nobody has sent before."""
        return uuid.uuid4().hex[:8]

    @contextlib.contextmanager
    def folder_for_run(self):
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            yield Path(folder)

    def close(self):
        if self._postgres is not None:
            self._postgres.stop()


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("names", nargs="*", metavar="NAME", help=f"which ones: {', '.join(NAMES)}; all without a name")
    arguments.add_argument("--quick", action="store_true", help="short rounds, for a look; nothing is kept")
    chosen = arguments.parse_args()
    unknown = set(chosen.names) - set(NAMES)
    if unknown:
        arguments.error(f"unknown: {', '.join(sorted(unknown))}. Known are: {', '.join(NAMES)}")
    missed = []
    # Ended from outside, it still ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    with tempfile.TemporaryDirectory(prefix="zenrent-bench-") as folder:
        Path(folder).chmod(0o711)
        bench = Bench(folder, chosen.quick)
        try:
            # A quick run keeps nothing to calculate from.
            for name in chosen.names or NAMES[:-1 if chosen.quick else None]:
                missed += measure(name, bench)
        finally:
            bench.close()
    for line in missed:
        print(f"missed: {line}", file=sys.stderr)
    sys.exit(1 if missed else 0)


def measure(name, bench):
    module = importlib.import_module(name)
    print(f"{name}: {module.TITLE}", flush=True)
    report = Report(name, module.TITLE, bench.quick)
    module.run(bench, report)
    print("\n" + report.markdown(), flush=True)
    if not bench.quick:
        report.keep(ROOT / "docs/benchmarks")
    return report.missed


if __name__ == "__main__":
    main()
