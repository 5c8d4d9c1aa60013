"""How often verify_log.py verifies a signature while it judges a receipt: reads {"file", "key"} a line, prints [reason, count] a line."""

import base64
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "foreign"))

import verify_log as verifier

REAL = verifier.verify_ed25519
COUNT = [0]


def counted(*arguments):
    COUNT[0] += 1
    return REAL(*arguments)


verifier.verify_ed25519 = counted
for line in sys.stdin:
    case = json.loads(line)
    COUNT[0] = 0
    answer = verifier.verify_receipt(base64.b64decode(case["file"]), verifier.VerifierKey(case["key"]))
    print(json.dumps([answer.get("reason"), COUNT[0]]))
