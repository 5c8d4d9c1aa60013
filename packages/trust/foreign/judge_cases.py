#!/usr/bin/env python3
"""Judges many files in one process, for the tests: one JSON case a line on stdin, one JSON answer a line on stdout."""

import base64
import functools
import io
import json
import sys

import verify_log as verifier

# The same few signatures and keys stand in thousands of cases, and what is pure need not be computed twice.
verifier.verify_ed25519 = functools.lru_cache(65536)(verifier.verify_ed25519)
verifier.is_trust_anchor = functools.lru_cache(4096)(verifier.is_trust_anchor)
verifier.is_admitted = functools.lru_cache(4096)(verifier.is_admitted)

def judge(case):
    kind = case["kind"]
    if kind == "canonical":
        try:
            return {"ok": True, "text": verifier.canonical(verifier.read_canonical(base64.b64decode(case["text"])))}
        except verifier.Malformed:
            return {"ok": False}
    if kind == "ed25519":
        parts = (bytes.fromhex(case[name]) for name in ("publicKey", "message", "signature"))
        return {"ok": verifier.verify_ed25519(*parts)}
    if kind == "key":
        key = bytes.fromhex(case["publicKey"])
        return {"ok": verifier.is_admitted(key), "anchor": verifier.is_trust_anchor(key)}
    key = verifier.VerifierKey(case["key"])
    root = verifier.read_root(case["root"]) if "root" in case else None
    data = base64.b64decode(case["file"])
    witnesses = None
    if "witnesses" in case:
        keys = [verifier.WitnessKey(text) for text in case["witnesses"]["keys"]]
        witnesses = verifier.Witnesses(keys, case["witnesses"]["quorum"])
    if kind == "receipt":
        return verifier.verify_receipt(data, key, root, witnesses)
    if kind == "anchor":
        of = case.get("of")
        held = None if of is None else (of["origin"], of["size"], verifier.decode_base64url(of["root"]))
        return verifier.verify_anchored(data, key, verifier.VerifierKey(case["orgLog"]), witnesses, held)
    if kind == "proof":
        leaf = verifier.decode_base64url(case["leaf"]) if "leaf" in case else None
        return verifier.verify_proof(data, key, witnesses, leaf)
    return verifier.verify_log(io.BytesIO(data), key, case.get("since"), root, witnesses)


for line in sys.stdin:
    print(json.dumps(judge(json.loads(line))), flush=True)
