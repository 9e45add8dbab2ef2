"""Real files that tenants send: made once, by the programs that people make them with."""

import base64
import functools
import subprocess
import tempfile
from pathlib import Path


@functools.cache
def photo(width=1600, height=1200, pattern="testsrc2"):
    """A picture as a phone takes it, as JPEG."""
    return made("jpg", "-f", "lavfi", "-i", f"{pattern}=size={width}x{height}:duration=1:rate=1", "-frames:v", "1", "-q:v", "4")


@functools.cache
def film():
    """Two seconds that move, with sound."""
    return made("mp4", "-f", "lavfi", "-i", "testsrc2=size=360x640:rate=12:duration=2", "-f", "lavfi", "-i", "sine=frequency=330:duration=2",
                "-pix_fmt", "yuv420p", "-shortest", "-movflags", "+faststart")


@functools.cache
def voice():
    """A voice message: Opus, mono, four seconds."""
    return made("ogg", "-f", "lavfi", "-i", "sine=frequency=440:duration=4", "-ac", "1", "-c:a", "libopus")


@functools.cache
def sticker():
    return made("webp", "-f", "lavfi", "-i", "color=c=orange:size=512x512:duration=1:rate=1", "-frames:v", "1")


def paper(words="Lease", pages=2):
    """A PDF that says something on each page."""
    kids = " ".join(f"{3 + 2 * page} 0 R" for page in range(pages))
    parts = ["1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj", f"2 0 obj<</Type/Pages/Kids[{kids}]/Count {pages}>>endobj"]
    for page in range(pages):
        text = f"BT /F1 30 Tf 40 760 Td ({words}, page {page + 1}) Tj ET"
        parts.append(f"{3 + 2 * page} 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {4 + 2 * page} 0 R"
                     "/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj")
        parts.append(f"{4 + 2 * page} 0 obj<</Length {len(text)}>>stream\n{text}\nendstream endobj")
    return ("%PDF-1.4\n" + "\n".join(parts) + "\ntrailer<</Root 1 0 R>>\n").encode()


def made(ending, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"file.{ending}"
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *arguments, file], check=True)
        return file.read_bytes()


def sends(demo, person, kind, content, **described):
    """A tenant sends a file from the phone. Answers the message's wamid."""
    described["file"] = base64.b64encode(content).decode()
    body = {"phoneNumberId": "109000000000001", "type": kind, kind: described}
    return demo.control("POST", f"/phones/{person}/messages", body)["wamid"]
