"""S3-compatible storage on this machine: moto, which checks signatures and policies once everything is set up."""

import json
import socket
import sys

import boto3
from botocore.config import Config

from installation import Process, ask, eventually, free_port

NAME = "zenrent-media"
PREFIX = "files"


class Bucket:
    """An empty bucket, a key of it that may do what .env.example asks for, and a look into it as its owner has."""

    def __enter__(self):
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.process = Process([sys.executable, "-m", "moto.server", "--port", str(self.port)])
        eventually(self.is_listening, what="the S3 server")
        self.client("s3").create_bucket(Bucket=NAME)
        bucket = f"arn:aws:s3:::{NAME}"
        key = self.new_key(
            "zenrent", {"Action": ["s3:PutObject", "s3:GetObject"], "Resource": f"{bucket}/{PREFIX}/*"},
            {"Action": "s3:ListBucket", "Resource": bucket})
        self.owner = self.client("s3", self.new_key("owner", {"Action": "s3:*", "Resource": "*"}))
        # From here on every call is checked.
        assert ask("POST", f"{self.endpoint}/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"}).status == 200
        self.settings = {
            "MEDIA_STORE": f"s3://{NAME}/{PREFIX}", "S3_ENDPOINT": self.endpoint, "S3_ACCESS_KEY_ID": key["AccessKeyId"],
            "S3_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        }
        return self

    def __exit__(self, *_):
        self.process.stop()

    def is_listening(self):
        assert self.process.process.poll() is None, self.process.words
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def client(self, service, key=None):
        key = key or {"AccessKeyId": "anybody", "SecretAccessKey": "anything"}
        return boto3.client(
            service, endpoint_url=self.endpoint, region_name="us-east-1", aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"], config=Config(proxies={}, s3={"addressing_style": "path"}))

    def new_key(self, user, *permissions):
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | permission for permission in permissions]}
        users = self.client("iam")
        users.create_user(UserName=user)
        users.put_user_policy(UserName=user, PolicyName=user, PolicyDocument=json.dumps(policy))
        return users.create_access_key(UserName=user)["AccessKey"]

    def objects(self):
        """What is in the bucket: bytes by name."""
        names = [found["Key"] for found in self.owner.list_objects_v2(Bucket=NAME).get("Contents", [])]
        return {name: self.owner.get_object(Bucket=NAME, Key=name)["Body"].read() for name in names}

    def empty(self):
        for name in self.objects():
            self.owner.delete_object(Bucket=NAME, Key=name)
