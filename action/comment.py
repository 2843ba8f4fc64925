"""Write the Markdown file $1 as one comment on a pull request, and rewrite it next time.

The comment is recognized by a hidden mark and by its author: one that somebody else wrote is never touched,
mark or not. Without a pull request, without a token, or where the token may not write (a pull request from a
fork), it says so and ends with 0: the verdict is the exit code of another step.
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MOST = 60_000  # characters; the host takes 65,536
BOT = "github-actions[bot]"  # who comments with the token of a workflow


class Host:
    """The host's API: one repository, one token."""

    def __init__(self, root: str, repository: str, token: str) -> None:
        self._root = f"{root.rstrip('/')}/repos/{repository}"
        self._token = token

    def send(self, method: str, path: str, body: dict[str, str] | None = None) -> Any:
        """Send one request and return the JSON of its answer."""
        request = urllib.request.Request(  # noqa: S310 - the address is the runner's own
            self._root + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            return json.load(answer)

    def comments(self, number: int) -> Iterator[dict[str, Any]]:
        """Iterate over the comments of a pull request, oldest first."""
        page = 1
        while found := self.send("GET", f"/issues/{number}/comments?per_page=100&page={page}"):
            yield from found
            page += 1


def mark(name: str) -> str:
    """Return the hidden mark of the comment called `name`."""
    return f"<!-- fi-simulate:{re.sub(r'[^A-Za-z0-9_.-]', '-', name)} -->"


def write(host: Host, number: int, text: str, name: str, author: str) -> str:
    """Write or rewrite the comment; return what was done."""
    own = mark(name)
    body = f"{own}\n{text}"
    if len(body) > MOST:
        body = body[:MOST].rpartition("\n")[0] + "\n\nThe rest is in the artifact of the run."
    for comment in host.comments(number):
        if (comment.get("user") or {}).get("login") == author and str(comment.get("body", "")).startswith(
            own
        ):
            host.send("PATCH", f"/issues/comments/{int(comment['id'])}", {"body": body})
            return "rewritten"
    host.send("POST", f"/issues/{number}/comments", {"body": body})
    return "written"


def main(arguments: list[str]) -> int:
    """Read the event and the file, and comment."""
    summary = Path(arguments[0])
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text("utf-8"))
    number = (event.get("pull_request") or {}).get("number")
    token = os.environ.get("GITHUB_TOKEN", "")
    if not summary.exists():
        reason = "there is no summary"
    elif number is None:
        reason = "this run belongs to no pull request"
    elif not token:
        reason = "there is no token"
    else:
        root = os.environ.get("GITHUB_API_URL", "https://api.github.com")
        host = Host(root, os.environ["GITHUB_REPOSITORY"], token)
        author = os.environ.get("COMMENT_AUTHOR") or BOT
        try:
            done = write(
                host,
                int(number),
                summary.read_text("utf-8"),
                os.environ.get("COMMENT_ID") or "default",
                author,
            )
        except urllib.error.HTTPError as refused:
            reason = f"the host answered {refused.code}"
            if refused.code in (401, 403):
                reason += "; the token needs pull-requests: write, which a pull request from a fork never has"
        except OSError as error:
            reason = f"the host can't be reached: {type(error).__name__}"
        else:
            sys.stdout.write(f"Comment {done} on pull request {number}.\n")
            return 0
    sys.stdout.write(f"::notice title=No comment::No comment was written: {reason}.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
