"""Files in S3-compatible storage: kept there, read from there, and what happens when the storage refuses or has lost them."""

import base64
import hashlib
import shutil

import pytest

from bucket import PREFIX, Bucket
from installation import ROOT, Installed, ask, eventually

PICTURE = (ROOT / "docs" / "images" / "inbox.png").read_bytes()
NUMBER = "109000000000001"


class InstalledWithBucket(Installed):
    """A server that keeps its files in a bucket."""

    def __init__(self, folder, bucket, **other):
        self.cache = folder / "cache"
        self.storage = bucket.settings | {"MEDIA_CACHE": str(self.cache), "LOG_LEVEL": "notice"} | other
        super().__init__(folder, "sqlite")

    def start(self):
        self.environment |= self.storage
        super().start()

    def receive_picture(self):
        """Nadia sends it; answers the message."""
        image = {"mime_type": "image/png", "file": base64.b64encode(PICTURE).decode()}
        self.control("POST", "/phones/nadia/messages", {"phoneNumberId": NUMBER, "type": "image", "image": image})
        conversations = eventually(lambda: self.api("GET", "/conversations").json["items"], what="Nadia's picture")
        return conversations[0]["lastMessage"]

    def state(self, message):
        return self.api("GET", f"/messages/{message['id']}/media").json["state"]

    def is_stored(self, message):
        eventually(lambda: self.state(message) == "stored", what="the picture in the bucket")

    def picture(self, message):
        """What a browser gets that follows the picture's address on the page."""
        path = f"/inbox/{message['conversationId']}/messages/{message['id']}/file"
        led = ask("GET", self.url + path, headers={"Authorization": f"Bearer {self.token('olga')}"})
        assert led.status == 302, led
        return ask("GET", self.url + led.headers["Location"], headers={"Accept": "text/html"}, timeout=60)


@pytest.fixture
def bucket():
    with Bucket() as running:
        yield running


def test_a_picture_is_kept_in_the_landlords_folder_of_the_bucket_and_shown_from_there(tmp_path, bucket):
    with InstalledWithBucket(tmp_path, bucket) as installed:
        installed.connect()
        message = installed.receive_picture()
        installed.is_stored(message)

        owner = hashlib.sha256(b"olga").hexdigest()[:32]
        name = f"{PREFIX}/{owner[:2]}/{owner}/{hashlib.sha256(PICTURE).hexdigest()}"
        kept = bucket.objects()
        assert kept[name] == PICTURE
        assert set(kept) <= {name, f"{name}.preview"}
        shown = installed.picture(message)
        assert shown.status == 200 and shown.headers["Content-Type"] == "image/png" and shown.body == PICTURE

        assert installed.process.stop() == 0
        shutil.rmtree(installed.cache)
        installed.start()
        assert installed.picture(message).body == PICTURE
        assert any(installed.cache.glob(f"files/*{hashlib.sha256(PICTURE).hexdigest()}"))


def test_with_a_wrong_secret_a_picture_waits_and_is_fetched_once_the_secret_is_right(tmp_path, bucket):
    with InstalledWithBucket(tmp_path, bucket, S3_SECRET_ACCESS_KEY="not-the-secret") as installed:
        installed.connect()
        message = installed.receive_picture()
        eventually(lambda: "SignatureDoesNotMatch" in installed.process.words, what="a refusal in the log")
        assert installed.state(message) == "wanted"
        assert bucket.objects() == {}
        assert "check S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY" in installed.process.words
        for secret in ("not-the-secret", bucket.settings["S3_ACCESS_KEY_ID"]):
            assert secret not in installed.process.words

        assert installed.process.stop() == 0
        installed.storage |= bucket.settings
        installed.start()
        installed.is_stored(message)
        assert PICTURE in bucket.objects().values()


def test_a_picture_that_the_bucket_has_lost_is_told_in_words_and_the_server_goes_on(tmp_path, bucket):
    with InstalledWithBucket(tmp_path, bucket) as installed:
        installed.connect()
        message = installed.receive_picture()
        installed.is_stored(message)
        bucket.empty()

        answer = installed.picture(message)

        assert answer.status == 500 and "has been written down" in answer.text
        eventually(lambda: "missing from MEDIA_STORE" in installed.process.words, what="the remedy in the log")
        assert ask("GET", f"{installed.url}/health").status == 200
