"""Checks the vectors of the log's formats with nothing but Python's standard library.

Written from the specifications (RFC 6962, 8032, 8785, 9162, C2SP signed-note, tlog-checkpoint, tlog-tiles) and sharing no
code with the package. Prints the number of facts that held; ends with a traceback at the first that does not.
"""

import base64
import hashlib
import hmac
import json
import pathlib
import sys

VECTORS = pathlib.Path(sys.argv[1])
held = 0


def check(fact, what):
    global held
    if not fact:
        raise AssertionError(what)
    held += 1


def load(name):
    return json.loads((VECTORS / f"{name}.json").read_text("utf-8"))


def sha256(data):
    return hashlib.sha256(data).digest()


def b64u(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64u(text):
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    check(b64u(data) == text, "base64url has one spelling")
    return data


def canonical(value):
    """RFC 8785 for what the vectors hold: ASCII member names, whole numbers, text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


# RFC 8032 sections 5.1.3 and 5.1.4, extended coordinates.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(p, q):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = p, q
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(k, p):
    sum_ = (0, 1, 1, 0)
    while k:
        if k & 1:
            sum_ = add(sum_, p)
        p = add(p, p)
        k >>= 1
    return sum_


def recover(y, sign):
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    assert (x * x - xx) % P == 0
    return P - x if x & 1 != sign else x


BASE_Y = 4 * pow(5, P - 2, P) % P


def point(x, y):
    return x, y, 1, x * y % P


BASE = point(recover(BASE_Y, 0), BASE_Y)


def encode(p):
    inverse = pow(p[2], P - 2, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode(data):
    n = int.from_bytes(data, "little")
    y = n & (1 << 255) - 1
    return recover(y, n >> 255), y


def public_key(seed):
    h = int.from_bytes(hashlib.sha512(seed).digest()[:32], "little")
    return encode(multiply(h & (1 << 254) - 8 | 1 << 254, BASE))


def verify(key, message, signature):
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L
    x, y = decode(key)
    return s < L and encode(add(multiply(s, BASE), multiply(k, point((P - x) % P, y)))) == r


def leaf_hash(text):
    return sha256(b"\0" + text.encode())


def root_of(leaves):
    """RFC 6962 section 2.1."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha256(b"\1" + root_of(leaves[:k]) + root_of(leaves[k:]))


def path_of(index, leaves):
    """RFC 6962 section 2.1.1."""
    if len(leaves) <= 1:
        return []
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if index < k:
        return path_of(index, leaves[:k]) + [root_of(leaves[k:])]
    return path_of(index - k, leaves[k:]) + [root_of(leaves[:k])]


def proof_of(m, leaves, known=True):
    """RFC 6962 section 2.1.2."""
    if m == len(leaves):
        return [] if known else [root_of(leaves)]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if m <= k:
        return proof_of(m, leaves[:k], known) + [root_of(leaves[k:])]
    return proof_of(m - k, leaves[k:], False) + [root_of(leaves[:k])]


def key_id(name, key):
    return sha256(name.encode() + b"\n\1" + key)[:4]


def open_note(note, name, key):
    """C2SP signed-note: the text, if the key signed it."""
    at = note.rindex("\n\n")
    text = note[: at + 1]
    for line in note[at + 2 :].splitlines():
        dash, signer, signature = line.split(" ")
        data = base64.b64decode(signature, validate=True)
        if dash == "\u2014" and signer == name and data[:4] == key_id(name, key):
            return text if verify(key, text.encode(), data[4:]) else "forged"
    return "unsigned"


def open_verifier_key(text):
    name, identifier, data = text.split("+", 2)
    data = base64.b64decode(data, validate=True)
    check(data[0] == 1 and identifier == key_id(name, data[1:]).hex(), "verifier key")
    return name, data[1:]


def check_checkpoint(note, vkey, size, root):
    name, key = open_verifier_key(vkey)
    lines = open_note(note, name, key).split("\n")
    check(lines == [name, str(size), base64.b64encode(root).decode(), ""], f"checkpoint of {size}")


def open_jws(jws, typ, key, kid):
    header, payload, signature = jws.split(".")
    check(unb64u(header).decode() == canonical({"alg": "EdDSA", "kid": kid, "typ": typ}), f"header of {typ}")
    check(verify(key, f"{header}.{payload}".encode(), unb64u(signature)), f"signature of {typ}")
    text = unb64u(payload).decode()
    check(canonical(json.loads(text)) == text, f"payload of {typ}")
    return json.loads(text)


def check_jwk(jwk, seed=None):
    key = unb64u(jwk["x"])
    thumbprint = sha256(canonical({"crv": "Ed25519", "kty": "OKP", "x": jwk["x"]}).encode())
    check(b64u(thumbprint) == jwk["kid"], "thumbprint")
    check(seed is None or public_key(bytes.fromhex(seed)) == key, "public key of a seed")
    return key


def check_entries():
    vectors = load("entry")
    for item in vectors["entries"]:
        check(canonical(item["entry"]) == item["text"], "canonical entry")
        check(b64u(leaf_hash(item["text"])) == item["leaf"], "leaf hash")
    for item in vectors["unknown"]:
        check(b64u(leaf_hash(item["text"])) == item["leaf"], "leaf hash of an unknown format")


def check_tree():
    vectors = load("tree")
    leaves = [leaf_hash(f"leaf {i}") for i in range(vectors["leaves"])]
    check(vectors["emptyRoot"] == b64u(sha256(b"")), "empty root")
    node = vectors["node"]
    check(node["hash"] == b64u(sha256(b"\1" + unb64u(node["left"]) + unb64u(node["right"]))), "node")
    for item in vectors["roots"]:
        check(item["root"] == b64u(root_of(leaves[: item["size"]])), f"root of {item['size']}")
    for item in vectors["inclusion"]:
        proof = path_of(item["index"], leaves[: item["size"]])
        check(item["proof"] == [b64u(step) for step in proof], f"inclusion {item['index']}/{item['size']}")
    for item in vectors["consistency"]:
        proof = proof_of(item["from"], leaves[: item["to"]]) if item["from"] else []
        check(item["proof"] == [b64u(step) for step in proof], f"consistency {item['from']}/{item['to']}")
    for tile in vectors["tiles"]:
        span = 256 ** tile["level"]
        first = tile["index"] * 256
        hashes = [root_of(leaves[(first + i) * span : (first + i + 1) * span]) for i in range(tile["width"])]
        check(hashlib.sha256(b"".join(hashes)).hexdigest() == tile["sha256"], "tile")


def check_checkpoints():
    vectors = load("checkpoint")
    name, key = open_verifier_key(vectors["verifierKey"])
    check(key == public_key(bytes.fromhex(vectors["seeds"]["log"])), "log key")
    check(name == vectors["origin"], "origin")
    for item in vectors["checkpoints"]:
        check_checkpoint(item["note"], vectors["verifierKey"], item["size"], unb64u(item["root"]))
    reasons = [item["reason"] for item in vectors["refused"] if item["reason"] != "malformed"]
    notes = [item["note"] for item in vectors["refused"] if item["reason"] != "malformed"]
    check([open_note(note, name, key) for note in notes] == reasons, "refused notes")


def check_founding():
    vectors = load("founding")
    root = check_jwk(vectors["root"], vectors["seeds"]["root"])
    statement = open_jws(vectors["jws"], "aura-founding+jwt", root, vectors["root"]["kid"])
    check(statement == vectors["statement"], "statement")
    for key in statement["keys"]:
        check_jwk(key, vectors["seeds"][key["use"]])
    for approver in statement["approvers"]:
        check_jwk(approver["key"], vectors["seeds"]["approver"])


def check_log():
    vectors = load("log")
    header, *lines = vectors["file"].splitlines()
    check(canonical(json.loads(header)) == header, "header")
    leaves, heads = [], {}
    for seq, line in enumerate(lines):
        item = json.loads(line)
        entry = item["entry"]
        leaf = leaf_hash(canonical(entry))
        head = heads.get(entry["stream"], {"version": 0, "leaf": None, "fence": 0, "timeMs": 0})
        check(canonical(item) == line and item["seq"] == seq and item["leaf"] == b64u(leaf), f"line {seq}")
        check(entry["version"] == head["version"] + 1 and entry["previous"] == head["leaf"], f"chain at {seq}")
        check(entry["fence"] - head["fence"] in (0, 1) and entry["timeMs"] >= head["timeMs"], f"fence and time at {seq}")
        heads[entry["stream"]] = {"leaf": b64u(leaf), **{k: entry[k] for k in ("version", "fence", "timeMs")}}
        leaves.append(leaf)
    check(len(leaves) == vectors["size"] and b64u(root_of(leaves)) == vectors["treeRoot"], "root")
    check_checkpoint(json.loads(header)["checkpoint"], vectors["verifierKey"], len(leaves), root_of(leaves))
    check_checkpoint(vectors["since"], vectors["verifierKey"], 10, root_of(leaves[:10]))
    return leaves


def check_receipt(leaves):
    vectors = load("receipt")
    receipt = vectors["receipt"]
    check_checkpoint(receipt["checkpoint"], vectors["verifierKey"], len(leaves), root_of(leaves))
    for item in [{"seq": 0, **receipt["founding"]}, *receipt["entries"]]:
        check(leaf_hash(canonical(item["entry"])) == leaves[item["seq"]], "entry of the log")
        check(item["proof"] == [b64u(step) for step in path_of(item["seq"], leaves)], "inclusion")
    *before, seal = [item["entry"] for item in receipt["entries"]]
    heads = {e["stream"]: {"stream": e["stream"], "version": e["version"], "hash": b64u(leaf_hash(canonical(e)))} for e in before}
    key = public_key(bytes.fromhex(vectors["seeds"]["outcome"]))
    kid = b64u(sha256(canonical({"crv": "Ed25519", "kty": "OKP", "x": b64u(key)}).encode()))
    outcome = open_jws(seal["data"]["outcome"], "aura-outcome+jwt", key, kid)
    check(outcome["streams"] == len(heads), "streams")
    check(outcome["heads"] == b64u(root_of([leaf_hash(canonical(heads[s])) for s in sorted(heads)])), "root over heads")
    heads[seal["stream"]] = {"stream": seal["stream"], "version": seal["version"], "hash": b64u(leaf_hash(canonical(seal)))}
    check(receipt["heads"] == [heads[s] for s in sorted(heads)], "heads")
    for commitment, payload in receipt["opened"].items():
        mac = hmac.new(unb64u(payload["nonce"]), payload["text"].encode(), hashlib.sha256).digest()
        check(b64u(mac) == commitment, "commitment")


check_entries()
check_tree()
check_checkpoints()
check_founding()
check_receipt(check_log())
print(held)
