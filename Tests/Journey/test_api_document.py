"""The same walk by API alone: what docs/api.md shows, works."""

import re
import subprocess

from installation import ROOT


def test_every_curl_line_of_the_api_document_works_against_the_demo(demo):
    document = (ROOT / "docs" / "api.md").read_text()
    lines = "".join(re.findall(r"```sh\n(.*?)```", document, flags=re.DOTALL))
    assert "sendMessage" in lines and "signups" in lines

    variables = {"ZENRENT": demo.url, "META": demo.simulator, "TOKEN": demo.token("olga"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["bash", "-eux", "-c", lines], env=variables, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stdout + done.stderr
    said = ["keys.txt", "Does 10:00 suit you?", "Yes, this morning.", "Is the heating fixed?"]
    assert [message["text"] for message in demo.messages("t-nadia")] == said
