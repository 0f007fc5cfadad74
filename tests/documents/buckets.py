"""A real S3 server with one bucket in a directory."""

import sys
from pathlib import Path

from deploy.stack.ports import LOOPBACK, answers, free_port
from deploy.stack.processes import Process

KEY, SECRET = "aftercart", "an-s3-secret-of-the-tests"
BUCKET = "papers"


class S3Server:
    """rclone, which serves a directory: its folders are buckets. Started again it serves the same
    on the same port.
    """

    def __init__(self, directory: Path) -> None:
        self.folder, self.port = directory / "buckets", free_port()
        (self.folder / BUCKET).mkdir(parents=True)
        self._process = Process(directory, "s3")

    @property
    def environment(self) -> dict[str, str]:
        """The usual variables of AWS."""
        return {
            "AWS_ENDPOINT_URL": f"http://{LOOPBACK}:{self.port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }

    def start(self) -> None:
        rclone = Path(sys.prefix) / "bin/rclone"
        address = ["--addr", f"{LOOPBACK}:{self.port}", "--auth-key", f"{KEY},{SECRET}"]
        self._process.start([rclone, "--config", "", "serve", "s3", self.folder, *address])
        self._process.await_until(lambda: answers(self.port), 20, "The S3 server")

    def stop(self) -> None:
        self._process.stop()
