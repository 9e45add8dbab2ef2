"""Tables, and verdicts on the figures that must be reached."""
import json, os, platform, statistics, subprocess
from datetime import datetime, timezone
from pathlib import Path

from programs import ROOT


class Report:
    """What one benchmark prints: a table, notes, and whether what must be reached was."""

    def __init__(self, name, title, quick):
        self.name, self.title, self.quick = name, title, quick
        self.tables, self.notes, self.verdicts, self.figures = [], [], [], {}

    def table(self, head, rows):
        self.tables.append((head, [[str(cell) for cell in row] for row in rows]))

    def note(self, text):
        self.notes.append(text)

    def must(self, what, is_reached, figure, aim=None):
        """`aim` says whether the more ambitious figure was reached as well."""
        self.verdicts.append((what, bool(is_reached), figure, aim))

    @property
    def missed(self):
        return [f"{self.name}: {what} ({figure})" for what, is_reached, figure, _ in self.verdicts if not is_reached]

    def markdown(self):
        lines = [f"# {self.title}", "", f"`bin/bench {self.name}`, {machine()}.", ""]
        if self.quick:
            lines += ["A quick run: short rounds, for a look only.", ""]
        for head, rows in self.tables:
            lines += ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
            lines += ["| " + " | ".join(row) + " |" for row in rows] + [""]
        if self.verdicts:
            lines += ["| Must reach | Reached | |", "|---|---|---|"]
            for what, is_reached, figure, aim in self.verdicts:
                word = ("yes, and the aim" if aim else "yes") if is_reached else "**no**"
                lines.append(f"| {what} | {figure} | {word} |")
            lines.append("")
        return "\n".join(lines + self.notes + ([""] if self.notes else []))

    def keep(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.name}.md").write_text(self.markdown())
        (folder / f"{self.name}.json").write_text(json.dumps(self.figures, indent=1, sort_keys=True) + "\n")


def median(values):
    return statistics.median(values)


def figures(report):
    """A load report's latencies, short."""
    return f"{report['p50']:.1f} / {report['p99']:.1f} / {report['max']:.0f} ms"


def machine():
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, text=True, capture_output=True).stdout.strip()
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    return f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, load {os.getloadavg()[0]:.1f} at the end, commit {commit}, {now}"
