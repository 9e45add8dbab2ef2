"""One file is the whole product."""

import re
import shutil

from installation import ZENRENT, Demo, ask


def test_the_binary_alone_in_an_empty_folder_serves_the_demo_with_its_styles(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    program = shutil.copy(ZENRENT, folder / "zenrent")

    with Demo(folder / "data", program=program, cwd=folder) as demo:
        page = ask("GET", f"{demo.url}/sign-in")
        assert page.status == 200 and "Sign in as Olga" in page.text
        found = re.findall(r'(?:href|src)="(/assets/[^"]+)"', page.text)
        assert any(path.endswith(".css") for path in found) and any(path.endswith(".js") for path in found)
        for path in found:
            asset = ask("GET", f"{demo.url}{path}")
            assert asset.status == 200 and asset.body, path
        assert ask("GET", f"{demo.simulator}/phones/nadia").status == 200
        assert demo.connect()["status"] == "done"
