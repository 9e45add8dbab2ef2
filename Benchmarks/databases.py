"""Databases for benchmarks: made once with landlords and people in them, then copied for each run."""
import shutil, subprocess, tempfile, uuid
from pathlib import Path

from programs import ROOT


class SQLite:
    name = "SQLite"

    def __init__(self, folder):
        self.folder = Path(folder)

    def empty(self):
        return Copy(self, f"sqlite:{self._new()}/zenrent.sqlite")

    def copy(self, original):
        folder = self._new()
        source = Path(original.url.removeprefix("sqlite:")).parent
        shutil.copytree(source, folder, dirs_exist_ok=True)
        return Copy(self, f"sqlite:{folder}/zenrent.sqlite")

    def drop(self, copy):
        shutil.rmtree(Path(copy.url.removeprefix("sqlite:")).parent, ignore_errors=True)

    def _new(self):
        return tempfile.mkdtemp(prefix="sqlite-", dir=self.folder)


class PostgreSQL:
    """A server of its own. `synchronous_commit` stays on, as in production."""
    name = "PostgreSQL"

    def __init__(self, folder):
        self.home = Path(folder) / "postgres"
        self.url = subprocess.run([ROOT / "bin/postgres-for-tests", "start", self.home], check=True, text=True, capture_output=True).stdout.strip()
        for setting in ("max_wal_size = '4GB'", "checkpoint_timeout = '15min'"):
            self.query(f"ALTER SYSTEM SET {setting}")
        self.query("SELECT pg_reload_conf()")
        assert self.query("SHOW synchronous_commit") == "on" and self.query("SHOW fsync") == "on"

    def empty(self):
        return self._create("template0")

    def copy(self, original):
        return self._create(original.url.rsplit("/", 1)[1])

    def drop(self, copy):
        self.query(f"DROP DATABASE {copy.url.rsplit('/', 1)[1]} WITH (FORCE)")

    def query(self, text, database=None):
        url = self.url if database is None else database
        return subprocess.run(["psql", url, "-XAtc", text], check=True, text=True, capture_output=True).stdout.strip()

    def _create(self, template):
        name = "bench_" + uuid.uuid4().hex[:12]
        self.query(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        self.query("CHECKPOINT")
        return Copy(self, self.url.rsplit("/", 1)[0] + "/" + name)

    def stop(self):
        subprocess.run([ROOT / "bin/postgres-for-tests", "stop", self.home], check=True)


class Copy:
    """One database, gone again at the end of a `with`."""

    def __init__(self, engine, url):
        self.engine = engine
        self.url = url

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.engine.drop(self)
