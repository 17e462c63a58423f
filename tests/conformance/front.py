#!/usr/bin/env python3
"""An HTTP front for `traceline child`, to run a public trace-context harness against it.

    python3 tests/conformance/front.py target/release/traceline 5000

The front takes what the harness of the W3C's trace-context repository (folder `test`) sends to a
service under test: a POST whose body is a list of calls to make, each with a `url` and
`arguments`. For each call it hands the raw incoming header fields to `traceline child --headers -`
and posts the arguments to the url with the headers that come out. Point the harness at it
(`SERVICE_ENDPOINT=http://127.0.0.1:5000/ python3 test.py`). Nothing else is needed: the Python of
the system, no packages.
"""

import http.server
import json
import subprocess
import sys
import urllib.request


def outgoing(program, fields):
    """The headers that `child` makes of incoming fields, in the order of the message."""
    text = "".join(f"{name}: {value}\r\n" for name, value in fields)
    done = subprocess.run(
        [program, "child", "--headers", "-"],
        input=text.encode("latin-1"),
        stdout=subprocess.PIPE,
        check=True,
    )
    lines = done.stdout.decode().splitlines()
    return dict(line.split(": ", 1) for line in lines)


class Front(http.server.BaseHTTPRequestHandler):
    program = "traceline"

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        calls = json.loads(self.rfile.read(length) or b"[]")
        # Repeated fields stay apart, empty values stay, names are as sent.
        fields = [
            (name, value)
            for name, value in self.headers.items()
            if name.lower() in ("traceparent", "tracestate", "baggage")
        ]
        for call in calls:
            headers = {"Content-Type": "application/json", **outgoing(self.program, fields)}
            body = json.dumps(call.get("arguments", [])).encode()
            request = urllib.request.Request(call["url"], data=body, headers=headers, method="POST")
            with urllib.request.urlopen(request, timeout=5) as answer:
                answer.read()
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: front.py PROGRAM PORT")
    Front.program = sys.argv[1]
    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Front).serve_forever()
