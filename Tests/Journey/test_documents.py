"""What the documents say is there, is there."""

import re

import pytest

from installation import ROOT

DOCUMENTS = sorted(path for path in ROOT.rglob("*.md") if not any(part.startswith(".build") for part in path.relative_to(ROOT).parts))


def name(path):
    return str(path.relative_to(ROOT))


def without_code(text):
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_relative_link_leads_somewhere(document):
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(document.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (document.parent / path).resolve() if path else document
        assert linked.exists(), f"{name(document)} links to {target}, which does not exist"
        if anchor and linked.suffix == ".md":
            assert anchor in anchors(linked), f"{name(document)} links to {target}, but there is no such heading"


def anchors(document):
    headings = re.findall(r"^#+ (.+)$", document.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", [path for path in DOCUMENTS if path.parent == ROOT or path.parent.name == "decisions"], ids=name)
def test_every_file_that_is_named_exists(document):
    """A path in backticks that begins with one of our folders must exist; `{a,b}` names several, `…` and `NNNN` none in particular."""
    for quoted in re.findall(r"`((?:Sources|Tests|docs|bin|Plugins|\.ci)/[^`\s]*)`", without_code(document.read_text())):
        if any(mark in quoted for mark in ("…", "NNNN", "<", "*")):
            continue
        for path in expanded(quoted):
            assert (ROOT / path).exists(), f"{name(document)} names {path}, which does not exist"


def expanded(path):
    braces = re.search(r"\{([^}]*)\}", path)
    if not braces:
        return [path]
    return [found for part in braces[1].split(",") for found in expanded(path[: braces.start()] + part.strip() + path[braces.end() :])]


def test_the_example_of_settings_names_every_variable():
    example = set(re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
    source = "".join(path.read_text() for path in (ROOT / "Sources" / "MessagingWeb" / "Settings").glob("*.swift"))
    read = set(re.findall(r'\w\(\s*"([A-Z][A-Z0-9_]+)"', source))
    assert read and read == example
