#!/usr/bin/env python3
"""A second verifier of AURA's logs (aura-log-1), receipts (aura-receipt-1), proofs of one entry (C2SP tlog-proof) and anchored
checkpoints (aura-anchor-1).

Python's standard library and nothing else. It shares no code with @aura/trust: it was written from docs/formats alone, whose
pages and steps its comments name.

    verify_log.py FILE --key VERIFIER_KEY [--since NOTE_FILE] [--root JWK_OR_VERIFIER_KEY] [--witness WITNESS_KEY ... [--quorum N]]
    verify_log.py ANCHORED_CHECKPOINT --key VERIFIER_KEY --org-log VERIFIER_KEY [--witness WITNESS_KEY ... [--quorum N]]

Prints one line of JSON. Exit code 0: verified; 1: refused; 2: the command line; 3: unknown_format; 4: refounded.
A signature costs a few milliseconds here, a line some microseconds. Python 3.9 or newer.
"""

import base64
import hashlib
import hmac
import json
import re
import sys

WHOLE_MAX = 2**53 - 1
JSON_DEPTH_MAX, JSON_BYTES_MAX = 128, 1048576
JWS_CHARS_MAX, JWS_DEPTH_MAX = 65536, 64
ENTRY_BYTES_MAX, ENTRY_NAME_CHARS_MAX, STREAM_CHARS_MAX, ORIGIN_CHARS_MAX = 65535, 512, 512, 512
NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX = 131072, 32
LOG_LINE_BYTES_MAX = 262144
RECEIPT_BYTES_MAX = 67108864
TLOG_PROOF_HASHES_MAX, TLOG_PROOF_EXTRA_BYTES_MAX = 63, 65535
TLOG_PROOF_CHARS_MAX = 225280
ORG_LOG_NOTE_BYTES_MAX, ORG_LOG_PATH_HASHES_MAX = 4096, 256


class Refused(Exception):
    """The answer "no", with its reason and the position that it is about."""

    def __init__(self, reason, seq=None):
        super().__init__(reason)
        self.reason = reason
        self.seq = seq


class Malformed(Exception):
    """A text is not what it must be; whoever asked names the reason."""


class UnknownFormat(Refused):
    """Nothing that accuses: the text is of a version that this verifier does not know."""

    def __init__(self, seq=None):
        super().__init__("unknown_format", seq)


# --- encoding.md: canonical JSON ---


def units(text):
    """The length in UTF-16 code units."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def unit_order(text):
    return text.encode("utf-16-be", "surrogatepass")


def write_number(value):
    """ECMAScript's Number::toString of a double."""
    if value != value or value in (float("inf"), float("-inf")):
        raise Malformed("not finite")
    if value == 0:
        return "0"
    sign, value = ("-", -value) if value < 0 else ("", value)
    mantissa, _, exponent = f"{value!r}e0".partition("e")
    exponent = int(exponent.removesuffix("e0") or "0")
    whole, _, fraction = mantissa.partition(".")
    fraction = fraction.rstrip("0")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + exponent - (len(whole + fraction) - len(digits))  # digits before the decimal point
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    power = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return sign + digits[0] + ("." + digits[1:] if count > 1 else "") + power


SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def write_text(text):
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise Malformed("half of a surrogate pair")
    return '"' + "".join(SHORT.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in text) + '"'


def canonical(value, depth=JSON_DEPTH_MAX):
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return write_text(value)
    if isinstance(value, (int, float)):
        return write_number(float(value))
    if depth == 0:
        raise Malformed("nested too deeply")
    if isinstance(value, list):
        return "[" + ",".join(canonical(item, depth - 1) for item in value) + "]"
    names = sorted(value, key=unit_order)
    return "{" + ",".join(f"{write_text(name)}:{canonical(value[name], depth - 1)}" for name in names) + "}"


def read_number(text):
    """A double; a whole one as int, which is how the rest tells them apart."""
    value = float(text)
    return int(value) if value.is_integer() and abs(value) <= WHOLE_MAX else value


def refuse_constant(name):
    raise Malformed(name)


def read_canonical(text, bytes_max=JSON_BYTES_MAX, depth=JSON_DEPTH_MAX):
    """The value of a text in its one spelling."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if len(data) > bytes_max:
        raise Malformed("too long")
    try:
        text = data.decode("utf-8")
        value = json.loads(text, parse_int=read_number, parse_float=read_number, parse_constant=refuse_constant)
        if canonical(value, depth) == text:
            return value
    except (ValueError, RecursionError, OverflowError) as error:
        raise Malformed("not JSON") from error
    raise Malformed("another spelling")


# --- encoding.md: base64url ---


def decode_base64url(text):
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        raise Malformed("not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode_base64url(data) != text:
        raise Malformed("spare bits")
    return data


def encode_base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode_base64(text):
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError as error:
        raise Malformed("not base64") from error
    if base64.b64encode(data).decode() != text:
        raise Malformed("another spelling")
    return data


def is_hash(value):
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]", value) is not None


def is_whole(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= WHOLE_MAX


def is_object(value):
    return isinstance(value, dict)


def has_exactly(value, *names):
    return is_object(value) and set(value) == set(names)


def sha256(data):
    return hashlib.sha256(data).digest()


# --- encoding.md: Ed25519 (RFC 8032 section 5.1), extended coordinates ---

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)
SMALL_ORDER_YS = {0, 1, P - 1} | {
    int.from_bytes(bytes.fromhex(y), "little")
    for y in (
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
}


def add(p, q):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = p, q
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, p):
    total = NEUTRAL
    while scalar:
        if scalar & 1:
            total = add(total, p)
        p = add(p, p)
        scalar >>= 1
    return total


def encode_point(p):
    inverse = pow(p[2], P - 2, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode_point(data):
    """RFC 8032 section 5.1.3; `None` if there is no such point."""
    number = int.from_bytes(data, "little")
    y, sign = number & (1 << 255) - 1, number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_plain_point(data):
    """Canonical and not of small order, by the bytes alone."""
    y = int.from_bytes(data, "little") & (1 << 255) - 1
    return y < P and y not in SMALL_ORDER_YS


def is_admitted(key):
    return len(key) == 32 and is_plain_point(key) and decode_point(key) is not None


def is_trust_anchor(key):
    return is_admitted(key) and encode_point(multiply(L, decode_point(key))) == encode_point(NEUTRAL)


def verify_ed25519(key, message, signature):
    if not is_admitted(key) or len(signature) != 64 or not is_plain_point(signature[:32]):
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    x, y, z, t = decode_point(key)
    expected = add(multiply(s, BASE), multiply(k, (-x % P, y, z, -t % P)))
    return encode_point(expected) == signature[:32]


# --- encoding.md: public keys and signed statements ---


def thumbprint(key):
    x = encode_base64url(key)
    return encode_base64url(sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'.encode()))


def read_key(jwk):
    """The bytes of an admitted key that is written as exactly kty, crv, x and kid."""
    if not has_exactly(jwk, "kty", "crv", "x", "kid") or (jwk["kty"], jwk["crv"]) != ("OKP", "Ed25519"):
        raise Malformed("not a key")
    if not isinstance(jwk["x"], str):
        raise Malformed("not a key")
    key = decode_base64url(jwk["x"])
    if not is_admitted(key) or jwk["kid"] != thumbprint(key):
        raise Malformed("a key that is refused")
    return key


def open_statement(text, typ, keys):
    """The payload of a signed statement. `keys` is `None` where nobody can check whose signature it is."""
    if not isinstance(text, str):
        raise Refused("malformed")
    if units(text) > JWS_CHARS_MAX:
        raise Refused("too_large")
    parts = text.split(".")
    try:
        if len(parts) != 3:
            raise Malformed("not three parts")
        header, payload, signature = (decode_base64url(part) for part in parts)
    except Malformed as error:
        raise Refused("malformed") from error
    if len(signature) != 64:
        raise Refused("malformed")
    kid = read_header(header, typ)
    if keys is not None:
        key = next((key for key in keys if thumbprint(key) == kid), None)
        if key is None:
            raise Refused("unknown_key")
        if not verify_ed25519(key, text.rpartition(".")[0].encode(), signature):
            raise Refused("signature")
    try:
        claims = read_canonical(payload, JWS_CHARS_MAX, JWS_DEPTH_MAX)
    except Malformed as error:
        raise Refused("payload") from error
    if not is_object(claims):
        raise Refused("payload")
    return claims


def read_header(data, typ):
    try:
        header = read_canonical(data, JWS_CHARS_MAX, JWS_DEPTH_MAX)
    except Malformed as error:
        raise Refused("header") from error
    if not has_exactly(header, "alg", "kid", "typ") or header["alg"] != "EdDSA":
        raise Refused("header")
    if not isinstance(header["kid"], str) or not isinstance(header["typ"], str):
        raise Refused("header")
    if header["typ"] != typ:
        raise Refused("type")
    return header["kid"]


# --- log.md: entry, leaf ---

NAME = re.compile(r"[^\x00-\x20\x7f]+")
STREAM = re.compile(r"[a-z][!-.0-~]*(?:/[!-.0-~]+)*")
TYPE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
PAYLOAD_NAME = re.compile(r"[a-z][A-Za-z0-9_]*")
ENTRY_MEMBERS = "actor data fence format namespace payloads previous stream timeMs type unit version".split()


def is_name(value):
    return isinstance(value, str) and units(value) <= ENTRY_NAME_CHARS_MAX and NAME.fullmatch(value) is not None


def has_link(entry):
    version, stream, previous = entry.get("version"), entry.get("stream"), entry.get("previous", False)
    return (
        is_name(entry.get("namespace"))
        and isinstance(stream, str)
        and len(stream) <= STREAM_CHARS_MAX
        and STREAM.fullmatch(stream) is not None
        and is_whole(version)
        and version > 0
        and is_whole(entry.get("fence"))
        and is_whole(entry.get("timeMs"))
        and (previous is None if version == 1 else is_hash(previous))
    )


def is_entry(value):
    actor, data, payloads = value.get("actor"), value.get("data"), value.get("payloads")
    return (
        has_exactly(value, *ENTRY_MEMBERS)
        and has_exactly(actor, "id", "custody")
        and is_name(actor["id"])
        and actor["custody"] in ("agent", "runtime", "person")
        and is_object(data)
        and is_object(payloads)
        and all(PAYLOAD_NAME.fullmatch(n) and len(n) <= ENTRY_NAME_CHARS_MAX and is_hash(payloads[n]) for n in payloads)
        and is_name(value["type"])
        and TYPE.fullmatch(value["type"]) is not None
        and is_name(value["unit"])
        and has_link(value)
    )


def read_entry(text):
    """(entry, True), or (object, False) for an unknown format."""
    value = read_canonical(text, ENTRY_BYTES_MAX)
    if not is_object(value) or not isinstance(value.get("format"), str):
        raise Malformed("no entry")
    if value["format"] != "aura-entry-1":
        return value, False
    if not is_entry(value):
        raise Malformed("not an aura-entry-1")
    return value, True


def leaf_hash(text):
    return sha256(b"\0" + (text if isinstance(text, bytes) else text.encode()))


# --- log.md: tree ---


def node_hash(left, right):
    return sha256(b"\1" + left + right)


class Tree:
    """The roots of the perfect subtrees of a growing tree, largest first."""

    def __init__(self, leaves=()):
        self.size = 0
        self.roots = []
        for leaf in leaves:
            self.append(leaf)

    def append(self, leaf):
        size = self.size
        while size & 1:
            leaf = node_hash(self.roots.pop(), leaf)
            size >>= 1
        self.roots.append(leaf)
        self.size += 1

    def root(self):
        if not self.roots:
            return sha256(b"")
        *rest, root = self.roots
        for left in reversed(rest):
            root = node_hash(left, root)
        return root


def has_grown(older, older_root, newer, newer_root, proof):
    """RFC 9162 section 2.1.4.2: the tree of `newer` leaves starts with the one of `older`, at least 1, that is smaller."""
    if not 0 < older < newer or not proof:
        return False
    path = list(proof)
    if older & (older - 1) == 0:
        path.insert(0, older_root)
    at, last = older - 1, newer - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    left = right = path.pop(0)
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            left, right = node_hash(sibling, left), node_hash(sibling, right)
            while not at & 1 and at != 0:
                at, last = at >> 1, last >> 1
        else:
            right = node_hash(right, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and left == older_root and right == newer_root


def is_included(leaf, index, size, proof, root):
    """RFC 9162 section 2.1.3.2."""
    if index >= size:
        return False
    at, last = index, size - 1
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            leaf = node_hash(sibling, leaf)
            while not at & 1 and at != 0:
                at, last = at >> 1, last >> 1
        else:
            leaf = node_hash(leaf, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and leaf == root


# --- log.md: verifier key, checkpoint ---

SPACES = "\\t-\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"
ORIGIN = re.compile(f"[^{SPACES}+\\x00-\\x1f\\x7f-\\x9f]+")
SIGNATURE_LINE = re.compile(f"\u2014 ([^{SPACES}+\\x00-\\x1f\\x85]+) ([A-Za-z0-9+/]+={{0,2}})")
NAMESPACE_OF = re.compile(r"[^/]+/aura/([^/]+)", re.DOTALL)


def is_origin(text):
    return units(text) <= ORIGIN_CHARS_MAX and ORIGIN.fullmatch(text) is not None


def namespace_of(origin):
    match = NAMESPACE_OF.fullmatch(origin)
    return match and match.group(1)


class NamedKey:
    """A name with a key of one type, as C2SP signed-note writes it."""

    TYPE = None

    def __init__(self, text):
        name, _, rest = text.partition("+")
        identifier, plus, data = rest.partition("+")
        data = decode_base64(data)
        if not plus or not is_origin(name) or len(data) != 33 or data[0] != self.TYPE or not is_trust_anchor(data[1:]):
            raise Malformed("not a verifier key")
        self.name, self.key = name, data[1:]
        self.id = sha256(name.encode() + bytes((0x0A, self.TYPE)) + self.key)[:4]
        if identifier != self.id.hex():
            raise Malformed("an id of another key")


class VerifierKey(NamedKey):
    TYPE = 1

    def text(self):
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes((self.TYPE,)) + self.key).decode()}"


class WitnessKey(NamedKey):
    """log.md, "Cosignature"."""

    TYPE = 4


def open_checkpoint(note, key):
    """(size, root), or `Refused` with malformed, unsigned, forged or origin."""
    text, signatures = split_note(note)
    own = [data[4:] for name, data in signatures if name == key.name and data[:4] == key.id]
    if not own:
        raise Refused("unsigned")
    if not all(verify_ed25519(key.key, text.encode(), signature) for signature in own):
        raise Refused("forged")
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] != "" or lines[0] == "" or not re.fullmatch(r"0|[1-9][0-9]{0,15}", lines[1]):
        raise Refused("malformed")
    try:
        size, root = int(lines[1]), decode_base64(lines[2])
    except Malformed as error:
        raise Refused("malformed") from error
    if size > WHOLE_MAX or len(root) != 32 or (size == 0 and root != sha256(b"")):
        raise Refused("malformed")
    if lines[0] != key.name:
        raise Refused("origin")
    return size, root


def split_note(note):
    try:
        data = note.encode()
    except UnicodeEncodeError as error:
        raise Refused("malformed") from error
    if len(data) > NOTE_BYTES_MAX or not note.endswith("\n") or re.search(r"[\x00-\x09\x0b-\x1f]", note):
        raise Refused("malformed")
    at = note.rfind("\n\n")
    if at < 1:
        raise Refused("malformed")
    lines = note[at + 2 : -1].split("\n")
    if len(lines) > NOTE_SIGNATURES_MAX:
        raise Refused("malformed")
    return note[: at + 1], [read_signature(line) for line in lines]


def read_signature(line):
    match = SIGNATURE_LINE.fullmatch(line)
    try:
        data = decode_base64(match.group(2)) if match else b""
    except Malformed:
        data = b""
    if len(data) <= 4:
        raise Refused("malformed")
    return match.group(1), data


# --- log.md: cosignature, witnesses ---


def open_cosignature(note, key):
    """The newest time of this witness, or `Refused` with malformed, unsigned or forged."""
    text, signatures = split_note(note)
    own = [data[4:] for name, data in signatures if name == key.name and data[:4] == key.id]
    if not own:
        raise Refused("unsigned")
    return max(cosigned_at(text, stamped, key) for stamped in own)


def cosigned_at(text, stamped, key):
    time_s = int.from_bytes(stamped[:8], "big")
    message = f"cosignature/v1\ntime {time_s}\n{text}".encode()
    if len(stamped) != 72 or not 1 <= time_s <= WHOLE_MAX or not verify_ed25519(key.key, message, stamped[8:]):
        raise Refused("forged")
    return time_s


class Witnesses:
    """Who must have cosigned, and how many of them. Nothing of it is taken from a file."""

    def __init__(self, keys, quorum):
        self.keys, self.quorum = keys, quorum

    def judge(self, note, log_key):
        """"Witnesses": who cosigned the note of a checkpoint that was verified under `log_key`, and when."""
        opened, forged = [], False
        for key in self.keys:
            try:
                opened.append((key, open_cosignature(note, key)))
            except Refused as refused:
                forged = forged or refused.reason == "forged"
        if forged:
            raise Refused("cosignature_forged")
        counted, cosigned = {log_key.key}, []
        for key, time_s in opened:
            if key.key not in counted:
                cosigned.append({"name": key.name, "timeS": time_s})
            counted.add(key.key)
        if not is_whole(self.quorum) or self.quorum < 1 or len(cosigned) < self.quorum:
            raise Refused("unwitnessed")
        return cosigned


def with_witnesses(verified, note, key, witnesses):
    """What a verification says when witnesses were asked for, too: they come last."""
    if witnesses is None:
        return verified
    cosigned = witnesses.judge(note, key)
    return {**verified, "cosigned": cosigned, "notChecked": [what for what in verified["notChecked"] if what != "witness"]}


# --- log.md: proof of one entry ---

PROOF_FORMAT = "c2sp.org/tlog-proof@v1"


def read_proof(text):
    """(index, siblings, extra or `None`, note)."""
    version = re.match(r"c2sp\.org/tlog-proof@v[0-9]{1,9}(?=\n)", text)
    if version is not None and version.group() != PROOF_FORMAT:
        raise UnknownFormat()
    head, blank, note = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or lines.pop(0) != PROOF_FORMAT:
        raise Malformed("not a proof")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = decode_base64(lines.pop(0)[len("extra ") :])
    first = lines.pop(0) if lines else ""
    match = re.fullmatch(r"index (0|[1-9][0-9]{0,15})", first)
    if match is None or int(match.group(1)) > WHOLE_MAX or len(lines) > TLOG_PROOF_HASHES_MAX:
        raise Malformed("not a proof")
    if extra is not None and len(extra) > TLOG_PROOF_EXTRA_BYTES_MAX:
        raise Malformed("too much data")
    proof = [decode_base64(line) for line in lines]
    if any(len(sibling) != 32 for sibling in proof):
        raise Malformed("not a hash")
    return int(match.group(1)), proof, extra, note


def open_proof(data):
    """A proof in bytes; `Malformed` if it is none."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("not UTF-8") from error
    if units(text) > TLOG_PROOF_CHARS_MAX:
        raise Malformed("too long")
    return read_proof(text)


def verify_proof(data, key, witnesses=None, leaf=None):
    """The verification of the bytes of a proof, of the entry in its `extra` or of a leaf that the reader holds."""
    return answer(lambda: judge_proof(data, key, witnesses, leaf))


def judge_proof(data, key, witnesses, leaf):
    try:
        index, proof, extra, note = open_proof(data)
    except Malformed as error:
        raise Refused("malformed_proof") from error
    if leaf is None:
        leaf = leaf_of(extra)
    size, root = open_front(note, key)
    if not is_included(leaf, index, size, proof, root):
        raise Refused("entry_altered", index)
    verified = {"ok": True, "origin": key.name, "index": index, "size": size, "notChecked": ["witness"]}
    return with_witnesses(verified, note, key, witnesses)


def leaf_of(extra):
    """The entry must be there, as text: without it nobody knows what is proven."""
    try:
        if not extra or not extra.decode("utf-8"):
            raise Refused("malformed_proof")
    except UnicodeDecodeError as error:
        raise Refused("malformed_proof") from error
    return leaf_hash(extra)


# --- log.md: founding ---


def open_founding(text, keys):
    """The statement, or `Refused` with forged, wrong_key, unknown_format or malformed."""
    try:
        statement = open_statement(text, "aura-founding+jwt", keys)
    except Refused as error:
        reason = {"signature": "forged", "unknown_key": "wrong_key"}.get(error.reason, "malformed")
        raise Refused(reason) from error
    if not isinstance(statement.get("format"), str):
        raise Refused("malformed")
    if statement["format"] != "aura-founding-1":
        raise Refused("unknown_format")
    try:
        sound = is_founding(statement)
    except Malformed:
        sound = False
    if not sound:
        raise Refused("malformed")
    return statement


FOUNDING_MEMBERS = "format origin namespace foundedMs keys constitution approvers release refounds".split()
USES = ("log", "credential", "token", "outcome")


def is_founding(value):
    if not has_exactly(value, *FOUNDING_MEMBERS):
        return False
    origin, keys, approvers = value["origin"], value["keys"], value["approvers"]
    constitution, refounds = value["constitution"], value["refounds"]
    if not isinstance(origin, str) or not is_origin(origin) or namespace_of(origin) != value["namespace"]:
        return False
    if namespace_of(origin) is None or not is_whole(value["foundedMs"]) or not is_hash(value["release"]):
        return False
    if not has_exactly(constitution, "quorum") or not is_whole(constitution["quorum"]) or constitution["quorum"] == 0:
        return False
    if not isinstance(keys, list) or not isinstance(approvers, list):
        return False
    for key in keys:
        if not has_exactly(key, "use", "kty", "crv", "x", "kid") or key["use"] not in USES:
            return False
        read_key({name: member for name, member in key.items() if name != "use"})
    if len({key["kid"] for key in keys}) < len(keys) or all(key["use"] != "log" for key in keys):
        return False
    for approver in approvers:
        if not has_exactly(approver, "id", "key") or not isinstance(approver["id"], str):
            return False
        if NAME.fullmatch(approver["id"]) is None or units(approver["id"]) > 256:
            return False
        read_key(approver["key"])
    if len({approver["id"] for approver in approvers}) < len(approvers):
        return False
    if len({approver["key"]["kid"] for approver in approvers}) < len(approvers):
        return False
    return refounds is None or is_refounding(refounds)


def is_refounding(value):
    return (
        has_exactly(value, "size", "root", "lost", "reason")
        and is_whole(value["size"])
        and is_hash(value["root"])
        and isinstance(value["reason"], str)
        and has_exactly(value["lost"], "from", "count")
        and is_whole(value["lost"]["from"])
        and is_whole(value["lost"]["count"])
    )


def founds(entry):
    return entry["stream"] == "control" and entry["type"] == "namespace.founded"


def check_founding(entry, key, root):
    """"Checking entry 0", steps 1 to 5. The statement, and who signed it."""
    text = entry["data"].get("statement")
    if not founds(entry) or entry["version"] != 1 or not isinstance(text, str):
        raise Refused("not_founded", 0)
    own = None
    try:
        try:
            own = open_founding(text, [key.key])
        except Refused as error:
            if error.reason == "forged":
                raise
        statement = open_founding(text, None if root is None else [root])
    except Refused as error:
        reason = {"unknown_format": "unknown_format", "malformed": "not_founded"}.get(error.reason, "founding_forged")
        raise Refused(reason, 0) from error
    if statement["origin"] != key.name or entry["payloads"].get("release") != statement["release"]:
        raise Refused("not_founded", 0)
    if not any(one["use"] == "log" and one["x"] == encode_base64url(key.key) for one in statement["keys"]):
        raise Refused("log_key_foreign", 0)
    return statement, "log_key" if own else "another_key"


# --- log.md: stream chain ---


class Chains:
    def __init__(self):
        self.heads = {}

    def follow(self, link, leaf, seq):
        """`None`, or the version that is missing before this one."""
        stream, version = link["stream"], link["version"]
        head = self.heads.get(stream)
        last, fence, time_ms = (head["version"], head["fence"], head["timeMs"]) if head else (0, 0, 0)
        if version > last + 1:
            return last + 1
        if version <= last:
            raise Refused("entry_repeated", seq)
        if head and link["previous"] != head["hash"]:
            raise Refused("entry_altered", head["seq"])
        if link["fence"] not in (fence, fence + 1):
            raise Refused("fence_broken", seq)
        if link["timeMs"] < time_ms:
            raise Refused("time_backwards", seq)
        self.heads[stream] = {
            "version": version,
            "fence": link["fence"],
            "timeMs": link["timeMs"],
            "hash": encode_base64url(leaf),
            "seq": seq,
        }
        return None

    def listed(self):
        heads = self.heads
        return [
            {"hash": heads[stream]["hash"], "stream": stream, "version": heads[stream]["version"]}
            for stream in sorted(heads, key=unit_order)
        ]


# --- log.md: verifying a log ---

LINE_END = re.compile(r',"leaf":"([A-Za-z0-9_-]{43})","seq":(0|[1-9][0-9]{0,15})\}\Z')
LINE_START = '{"entry":'


def read_lines(file):
    """"Reading": the lines of a binary file, each at most LOG_LINE_BYTES_MAX bytes."""
    while True:
        line = file.readline(LOG_LINE_BYTES_MAX + 1)
        if line == b"":
            return
        body = line[:-1] if line.endswith(b"\n") else line
        if len(body) > LOG_LINE_BYTES_MAX:
            raise Refused("oversized_line")
        if body is line:
            raise Refused("truncated")
        try:
            yield body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Refused("malformed_line") from error


def split_line(line):
    """(ENTRY, LEAF, SEQ), or `None`."""
    match = LINE_END.search(line, max(0, len(line) - 80))
    if match is None or not line.startswith(LINE_START) or int(match.group(2)) > WHOLE_MAX:
        return None
    return line[len(LINE_START) : match.start()], match.group(1), int(match.group(2))


class NumberDisorder:
    def __init__(self, wanted, found):
        self.wanted, self.found, self.first, self.goes_on = wanted, found, True, False

    def see(self, item):
        if item and item[2] == self.wanted:
            raise Refused("entries_reordered", self.wanted)
        if self.first:
            self.goes_on = bool(item) and item[2] == self.wanted + 1 and self.found != self.wanted + 1
        self.first = False

    def end(self):
        raise Refused("entry_altered" if self.goes_on else "entry_dropped", self.wanted)


class VersionDisorder:
    def __init__(self, stream, version, seq):
        self.stream, self.version, self.seq = stream, version, seq

    def see(self, item):
        if item is None:
            return
        try:
            entry, known = read_entry(item[0])
        except Malformed:
            return
        if (known or has_link(entry)) and (entry["stream"], entry["version"]) == (self.stream, self.version):
            raise Refused("entries_reordered", self.seq)

    def end(self):
        raise Refused("entry_dropped", self.seq)


class LogVerifier:
    def __init__(self, key, since, root, witnesses=None):
        self.key, self.since, self.root_key, self.witnesses = key, since, root, witnesses
        self.tree, self.chains = Tree(), Chains()
        self.header_seen = self.chains_lost = False
        self.disorder = self.founding = self.unknown = self.refounded = self.older = None

    def take(self, line):
        if not self.header_seen:
            return self.take_header(line)
        item = split_line(line)
        if self.disorder:
            return self.disorder.see(item)
        if item is None:
            raise Refused("malformed_line")  # step 1
        text, leaf_text, seq = item
        n = self.tree.size
        if len(text.encode()) > ENTRY_BYTES_MAX:
            raise Refused("oversized_line")  # step 2
        leaf = leaf_hash(text)
        if encode_base64url(leaf) != leaf_text:
            raise Refused("entry_altered", n)  # step 3
        if seq > n:
            self.disorder = NumberDisorder(n, seq)  # step 4
            return None
        if seq < n:
            raise Refused("entry_repeated", seq)
        if n >= self.size:
            raise Refused("unsigned_tail", n)
        try:
            entry, known = read_entry(text)  # step 5
        except Malformed as error:
            raise Refused("malformed_line") from error
        self.chain(entry, known, leaf, n)  # step 6
        self.tell(entry, known, n)  # step 7
        if self.disorder:
            return None
        self.tree.append(leaf)  # step 8
        if self.older and self.older[0] == self.tree.size and self.older[1] != self.tree.root():
            raise Refused("rewritten")
        return None

    def take_header(self, line):
        self.header_seen = True
        try:
            header = read_canonical(line, LOG_LINE_BYTES_MAX)
        except Malformed as error:
            raise Refused("malformed_header") from error
        if not is_object(header) or not isinstance(header.get("format"), str):
            raise Refused("malformed_header")
        if header["format"] != "aura-log-1":
            raise Refused("unknown_format")
        names = ("checkpoint", "format", "namespace", "origin")
        if not has_exactly(header, *names) or not all(isinstance(header[name], str) for name in names):
            raise Refused("malformed_header")
        if header["origin"] != self.key.name:
            raise Refused("wrong_origin")
        if header["namespace"] != namespace_of(self.key.name):
            raise Refused("wrong_namespace")
        self.note = header["checkpoint"]
        self.size, self.signed_root = open_front(self.note, self.key)
        if self.since is None:
            return
        try:
            self.older = open_checkpoint(self.since, self.key)
        except Refused as error:
            raise Refused("older_checkpoint_refused") from error
        if self.older[0] > self.size:
            raise Refused("truncated", self.size)

    def chain(self, entry, known, leaf, n):
        if not known and not has_link(entry):
            self.chains_lost = True
        if self.chains_lost:
            return
        if entry["namespace"] != namespace_of(self.key.name):
            raise Refused("wrong_namespace", n)
        missing = self.chains.follow(entry, leaf, n)
        if missing is not None:
            self.disorder = VersionDisorder(entry["stream"], missing, n)

    def tell(self, entry, known, n):
        if not known:
            self.unknown = self.unknown or Refused("unknown_format", n)
        elif n == 0:
            self.founding, self.founded_by = check_founding(entry, self.key, self.root_key)
            if self.founding["refounds"] is not None:
                self.refounded = Refused("refounded", 0)
        elif founds(entry):
            self.refounded = self.refounded or Refused("refounded", n)

    def end(self):
        if not self.header_seen:
            raise Refused("empty")
        if self.disorder:
            self.disorder.end()
        n = self.tree.size
        if n < self.size:
            raise Refused("truncated", n)
        if self.tree.root() != self.signed_root:
            raise Refused("rewritten")
        if self.unknown:
            raise self.unknown
        if self.founding is None:
            raise Refused("not_founded", 0)
        if self.refounded:
            raise self.refounded
        verified = {
            "ok": True,
            "origin": self.key.name,
            "size": n,
            "root": encode_base64url(self.signed_root),
            "streams": len(self.chains.heads),
            "founding": self.founded_by,
            "since": self.older and self.older[0],
            "notChecked": not_checked(self.since, self.root_key),
        }
        return with_witnesses(verified, self.note, self.key, self.witnesses)


def not_checked(since, root):
    return ["witness"] + ([] if since is not None else ["older_checkpoint"]) + ([] if root is not None else ["root_key"])


def open_front(note, key):
    """A checkpoint in a file that is verified."""
    try:
        return open_checkpoint(note, key)
    except Refused as error:
        raise Refused("wrong_key" if error.reason == "unsigned" else "checkpoint_forged") from error


def verify_log(file, key, since=None, root=None, witnesses=None):
    """The verification of a log in a binary file. Never raises for what the file holds."""
    verifier = LogVerifier(key, since, root, witnesses)
    return answer(lambda: drain(verifier, file))


def drain(verifier, file):
    for line in read_lines(file):
        verifier.take(line)
    return verifier.end()


def answer(judge):
    try:
        return judge()
    except Refused as refused:
        at = {} if refused.seq is None else {"seq": refused.seq}
        return {"ok": False, "reason": refused.reason, **at}


# --- receipt.md ---

RECEIPT_MEMBERS = (
    "format namespace mission origin checkpoint founding entries heads opened custody witnesses quorum".split()
)
OUTCOME_MEMBERS = (
    "format namespace mission kind cause actor boundary result heads streams checkpoint timeMs".split()
)
KINDS = ("SUCCEEDED", "FAILED", "DENIED", "CANCELLED", "EXPIRED", "STOPPED")
MISSION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def are_texts(*values):
    return all(isinstance(value, str) for value in values)


def is_list_of(value, is_item):
    return isinstance(value, list) and all(is_item(item) for item in value)


def is_receipt(value):
    return (
        has_exactly(value, *RECEIPT_MEMBERS, *(["approvers"] if is_object(value) and "approvers" in value else []))
        and is_list_of(value.get("approvers", []), is_proven_entry)
        and are_texts(value["namespace"], value["mission"], value["origin"], value["checkpoint"])
        and MISSION_ID.fullmatch(value["mission"]) is not None
        and has_exactly(value["founding"], "entry", "proof")
        and is_object(value["founding"]["entry"])
        and is_list_of(value["founding"]["proof"], is_hash)
        and is_list_of(value["entries"], is_proven_entry)
        and is_list_of(value["heads"], is_head)
        and is_object(value["opened"])
        and all(is_hash(name) and is_opened(member) for name, member in value["opened"].items())
        and is_list_of(value["custody"], are_texts)
        and is_list_of(value["witnesses"], are_texts)
        and is_whole(value["quorum"])
    )


def is_proven_entry(value):
    return (
        has_exactly(value, "seq", "entry", "proof")
        and is_whole(value["seq"])
        and is_object(value["entry"])
        and is_list_of(value["proof"], is_hash)
    )


def is_head(value):
    return has_exactly(value, "stream", "version", "hash") and (
        are_texts(value["stream"]) and is_whole(value["version"]) and is_hash(value["hash"])
    )


def is_opened(value):
    return has_exactly(value, "nonce", "text") and are_texts(value["nonce"], value["text"])


def is_outcome(value):
    if not has_exactly(value, *OUTCOME_MEMBERS) or not are_texts(value["namespace"], value["mission"]):
        return False
    actor, checkpoint, cause = value["actor"], value["checkpoint"], value["cause"]
    return (
        value["format"] == "aura-outcome-1"
        and value["kind"] in KINDS
        and (cause is None or are_texts(cause))
        and has_exactly(actor, "id", "custody")
        and are_texts(actor["id"], actor["custody"])
        and (value["boundary"] is None or is_hash(value["boundary"]))
        and (value["result"] is None or is_hash(value["result"]))
        and is_hash(value["heads"])
        and is_whole(value["streams"])
        and is_whole(value["timeMs"])
        and (
            checkpoint is None
            or (has_exactly(checkpoint, "size", "root") and is_whole(checkpoint["size"]) and is_hash(checkpoint["root"]))
        )
    )


def verify_receipt(data, key, root=None, witnesses=None):
    """The verification of the bytes of a receipt. Never raises for what they hold."""
    return answer(lambda: judge_receipt(data, key, root, witnesses))


def judge_receipt(data, key, root, witnesses=None):
    receipt = open_receipt(data)  # step 1
    if receipt["origin"] != key.name:
        raise Refused("wrong_origin")  # step 2
    if receipt["namespace"] != namespace_of(key.name):
        raise Refused("wrong_namespace")
    size, tree_root = open_front(receipt["checkpoint"], key)
    proven = prove({"seq": 0, **receipt["founding"]}, size, tree_root)[0]  # step 3
    founding, _ = check_founding(proven, key, root)
    if founding["refounds"] is not None:
        raise Refused("refounded", 0)
    seqs = [item["seq"] for item in receipt["entries"]]
    for last, seq in zip([0, *seqs], seqs):
        if seq <= last:
            raise Refused("entries_reordered", seq)  # step 4
    chains, before, seal = follow_receipt(receipt, size, tree_root)  # step 5
    outcome = open_outcome(receipt, founding, seal)  # steps 6 and 7
    leaves = [leaf_hash(canonical(head)) for head in before]
    if outcome["streams"] != len(before) or outcome["heads"] != encode_base64url(Tree(leaves).root()):
        raise Refused("incomplete")  # step 8
    if receipt["heads"] != chains.listed():
        raise Refused("incomplete")
    agree(receipt, outcome, seal, size)  # step 9
    custody = sorted({item["entry"]["actor"]["custody"] for item in receipt["entries"]})
    if receipt["custody"] != custody or receipt["quorum"] != founding["constitution"]["quorum"]:
        raise Refused("custody_misstated")  # step 10
    approvers = prove_approvers(receipt, size, tree_root)
    named = {
        commitment
        for item in [*receipt["entries"], *approvers]
        for commitment in item["entry"]["payloads"].values()
    }
    for commitment, opened in receipt["opened"].items():
        if commitment not in named or commitment != commit(opened["nonce"], opened["text"]):
            raise Refused("payload_altered")
    votes = judge_votes(receipt, founding, approvers)
    verified = {
        "ok": True,
        "origin": key.name,
        "mission": receipt["mission"],
        "kind": outcome["kind"],
        "size": size,
        "entries": len(seqs),
        "streams": len(chains.heads),
        "payloads": {"opened": len(receipt["opened"]), "closed": len(named) - len(receipt["opened"])},
        "votes": votes,
        "notChecked": not_checked(None, root),
    }
    return with_witnesses(verified, receipt["checkpoint"], key, witnesses)


def open_receipt(data):
    try:
        receipt = read_canonical(data[:-1] if data.endswith(b"\n") else data, RECEIPT_BYTES_MAX)
    except Malformed as error:
        raise Refused("malformed_receipt") from error
    if not is_object(receipt) or not isinstance(receipt.get("format"), str):
        raise Refused("malformed_receipt")
    if receipt["format"] != "aura-receipt-1":
        raise Refused("unknown_format")
    if not is_receipt(receipt):
        raise Refused("malformed_receipt")
    return receipt


def prove(item, size, root):
    """Step 3: the entry and its leaf hash."""
    text = canonical(item["entry"])
    leaf = leaf_hash(text)
    proof = [decode_base64url(sibling) for sibling in item["proof"]]
    if not is_included(leaf, item["seq"], size, proof, root):
        raise Refused("entry_altered", item["seq"])
    try:
        entry, known = read_entry(text)
    except Malformed as error:
        raise Refused("malformed_receipt") from error
    if not known:
        raise Refused("unknown_format", item["seq"])
    return entry, leaf


def follow_receipt(receipt, size, root):
    own = f"mission/{receipt['mission']}"
    chains, before, seal = Chains(), [], None
    for item in receipt["entries"]:
        entry, leaf = prove(item, size, root)
        seq, stream = item["seq"], entry["stream"]
        if entry["namespace"] != receipt["namespace"] or not (stream == own or stream.startswith(own + "/")) or seal:
            raise Refused("foreign_entry", seq)
        ends = stream == own and entry["type"] in ("mission.sealed", "mission.abandoned")
        if ends:
            before = chains.listed()
        if chains.follow(entry, leaf, seq) is not None:
            raise Refused("incomplete")
        if ends:
            seal = (seq, entry)
    if seal is None:
        raise Refused("not_sealed")
    return chains, before, seal


def open_outcome(receipt, founding, seal):
    seq, entry = seal
    text = entry["data"].get("outcome")
    if not isinstance(text, str):
        raise Refused("not_sealed")
    keys = [decode_base64url(key["x"]) for key in founding["keys"] if key["use"] == "outcome"]
    try:
        outcome = open_statement(text, "aura-outcome+jwt", keys)
    except Refused as error:
        raise Refused("outcome_forged", seq) from error
    if isinstance(outcome.get("format"), str) and outcome["format"] != "aura-outcome-1":
        raise Refused("unknown_format", seq)
    if not is_outcome(outcome):
        raise Refused("outcome_forged", seq)
    if outcome["namespace"] != receipt["namespace"] or outcome["mission"] != receipt["mission"]:
        raise Refused("outcome_forged", seq)
    return outcome


def agree(receipt, outcome, seal, size):
    entries = receipt["entries"]
    frozen = next((one["entry"] for one in entries if one["entry"]["type"] == "mission.approval_requested"), None)
    boundary = frozen["data"].get("boundary") if frozen else None
    if boundary != outcome["boundary"]:
        raise Refused("outcome_contradicted", seal[0])
    shown = receipt["opened"].get(frozen["payloads"].get("boundary")) if frozen else None
    if shown and encode_base64url(sha256(shown["text"].encode())) != boundary:
        raise Refused("payload_altered")
    if seal[1]["type"] != "mission.sealed":
        return
    finished = next((one["seq"] for one in entries if one["entry"]["type"] == "mission.finished"), None)
    covered = outcome["checkpoint"]["size"] if outcome["checkpoint"] else 0
    if finished is None or covered <= finished or covered > size:
        raise Refused("outcome_contradicted", seal[0])


# --- receipt.md: approvers and votes ---

ASKS = ("mission.approval_requested", "call.parked", "call.raised")


def prove_approvers(receipt, size, root):
    last, proven = 0, []
    for item in receipt.get("approvers", []):
        entry, _ = prove(item, size, root)
        if item["seq"] <= last:
            raise Refused("entries_reordered", item["seq"])
        last = item["seq"]
        if entry["namespace"] != receipt["namespace"] or entry["stream"] != "control":
            raise Refused("foreign_entry", item["seq"])
        proven.append({"seq": item["seq"], "entry": entry})
    return proven


class Voter:
    """A key that counts for a person from one place of the log on, up to another."""

    def __init__(self, person, key, since):
        self.person, self.key, self.since, self.until = person, key, since, None

    def counts_at(self, seq):
        return self.since < seq and (self.until is None or seq < self.until)


def shown_value(opened, commitment):
    """The value of a text that is shown; `None` if it is not shown, or is no JSON."""
    if not isinstance(commitment, str) or commitment not in opened:
        return None
    try:
        return json.loads(opened[commitment]["text"], parse_constant=refuse_constant)
    except (ValueError, RecursionError, Malformed):
        return None


def same(left, right):
    """Equal as JSON is: `true` is not 1."""
    try:
        return canonical(left) == canonical(right)
    except Malformed:
        return False


def voters_of(receipt, founding, approvers):
    voters = [Voter(one["id"], read_key(one["key"]), 0) for one in founding["approvers"]]
    for item in approvers:
        seq, entry = item["seq"], item["entry"]
        if entry["type"] == "approver.revoked":
            for voter in voters:
                if (voter.person, thumbprint(voter.key)) == (entry["data"].get("person"), entry["data"].get("kid")):
                    voter.until = seq if voter.until is None else min(voter.until, seq)
            continue
        voter = enrolled(seq, entry, voters, receipt, founding["constitution"]["quorum"])
        if voter is None:
            raise Refused("vote_forged", seq)
        voters.append(voter)
    return voters


def enrolled(seq, entry, voters, receipt, quorum):
    person, given = entry["data"].get("person"), entry["data"].get("key")
    proofs = shown_value(receipt["opened"], entry["payloads"].get("proofs"))
    if entry["type"] != "approver.enrolled" or not isinstance(person, str) or not is_object(proofs):
        return None
    possession, confirmations = proofs.get("possession"), proofs.get("confirmations")
    try:
        key = read_key(given)
        if not is_trust_anchor(key) or not isinstance(confirmations, list):
            return None
        stated = open_statement(possession, "aura-enrolment+jwt", [key])
        if is_later_format(stated, "aura-enrolment-1"):
            raise UnknownFormat(seq)
        counting = [voter for voter in voters if voter.counts_at(seq)]
        persons = set()
        for text in confirmations:
            confirmed = open_statement(text, "aura-enrolment+jwt", [voter.key for voter in counting])
            if not same(confirmed, stated):
                return None
            kid = read_header(decode_base64url(text.split(".")[0]), "aura-enrolment+jwt")
            persons |= {voter.person for voter in counting if thumbprint(voter.key) == kid}
    except UnknownFormat:
        raise
    except (Malformed, Refused):
        return None
    if stated.get("format") != "aura-enrolment-1" or stated.get("namespace") != receipt["namespace"]:
        return None
    if stated.get("person") != person or not same(stated.get("key"), given):
        return None
    return Voter(person, key, seq) if len(persons) >= quorum and persons - {person} else None


def judge_votes(receipt, founding, approvers):
    voters = voters_of(receipt, founding, approvers)
    entries = receipt["entries"]
    frozen = next((one["entry"] for one in entries if one["entry"]["type"] == "mission.approval_requested"), None)
    boundary = frozen["data"].get("boundary") if frozen else None
    count, verified = 0, {}
    for item in entries:
        used = used_by(item["entry"])
        if used is not None:
            stream = [one for one in entries if one["entry"]["stream"] == item["entry"]["stream"]]
            judge_use(item, used, stream, voters, verified, receipt, boundary)
            count += len(used[0])
    return count


def used_by(entry):
    """(votes, quorum) that an entry makes used, or `None`."""
    by = entry["data"]
    if entry["type"] == "mission.approved":
        by = by.get("by")
        if not is_object(by) or by.get("kind") != "votes":
            return None
    elif entry["type"] != "call.sent" or "votes" not in by:
        return None
    votes, quorum = by.get("votes"), by.get("quorum")
    is_number = isinstance(quorum, (int, float)) and not isinstance(quorum, bool)
    return votes if isinstance(votes, list) else [], quorum if is_number else 1


def judge_use(item, used, stream, voters, verified, receipt, boundary):
    (votes, quorum), seq, entry = used, item["seq"], item["entry"]
    before = [one for one in stream if one["entry"]["version"] < entry["version"]]
    asked = next((one["entry"] for one in reversed(before) if one["entry"]["type"] in ASKS), None)
    if asked is None or len(votes) < max(quorum, 1):
        raise Refused("vote_missing", seq)
    first = stream[0]["entry"]
    if entry["type"] == "call.sent":
        if entry["payloads"].get("arguments") != asked["payloads"].get("arguments"):
            raise Refused("vote_forged", seq)
        if not same(entry["data"].get("tool"), first["data"].get("tool")):
            raise Refused("vote_forged", seq)
    persons = {}
    for version in votes:
        vote = next((one for one in before if same(one["entry"]["version"], version)), None)
        if vote is None or vote["entry"]["version"] <= asked["version"]:
            raise Refused("vote_missing", seq)
        if not vote["entry"]["type"].endswith(".voted") or vote["entry"]["data"].get("choice") != "APPROVE":
            raise Refused("vote_missing", seq)
        if vote["entry"]["actor"]["id"] in persons:
            raise Refused("vote_forged", seq)  # before any signature: a number repeated costs nothing
        persons[vote["entry"]["actor"]["id"]] = vote
    for vote in persons.values():
        judge_vote(vote, asked, first, voters, verified, receipt, boundary)


def open_vote(text, item, voters):
    """(payload, kid) of a vote by a key that counts for its person at its place."""
    seq, entry = item["seq"], item["entry"]
    keys = [one.key for one in voters if one.person == entry["actor"]["id"] and one.counts_at(seq)]
    try:
        vote = open_statement(text, "aura-vote+jwt", keys)
        return vote, read_header(decode_base64url(text.split(".")[0]), "aura-vote+jwt")
    except Refused as error:
        raise Refused("vote_forged", seq) from error


def is_later_format(payload, known):
    return isinstance(payload.get("format"), str) and payload["format"] != known


def judge_vote(item, asked, first, voters, verified, receipt, boundary):
    seq, entry, opened = item["seq"], item["entry"], receipt["opened"]
    text = shown_value(opened, entry["payloads"].get("vote"))
    if not isinstance(text, str):
        raise Refused("vote_missing", seq)
    if seq not in verified:
        verified[seq] = open_vote(text, item, voters)
    vote, kid = verified[seq]
    if entry["data"].get("kid") != kid:
        raise Refused("vote_forged", seq)
    if is_later_format(vote, "aura-vote-1"):
        raise Refused("unknown_format", seq)
    of_call = asked["type"] != "mission.approval_requested"
    decision = asked["data"].get("decision")
    wanted = {
        "format": "aura-vote-1",
        "namespace": receipt["namespace"],
        "mission": receipt["mission"],
        "call": first["stream"][len(f"mission/{receipt['mission']}/call/") :] if of_call else None,
        "tool": first["data"].get("tool") if of_call else None,
        "arguments": asked["payloads"].get("arguments") if of_call else None,
        "boundary": boundary,
        "level": asked["data"].get("level"),
        "shown": asked["data"].get("shown"),
        "release": decision.get("release") if is_object(decision) else None,
        "choice": "APPROVE",
        "expiresMs": asked["data"].get("untilMs"),
    }
    if not same(vote, wanted):
        raise Refused("vote_forged", seq)
    if entry["payloads"].get("shown") != asked["payloads"].get("shown"):
        raise Refused("vote_forged", seq)
    text = shown_value(opened, entry["payloads"].get("shown"))
    if isinstance(text, str) and encode_base64url(sha256(text.encode())) != asked["data"].get("shown"):
        raise Refused("vote_forged", seq)


def commit(nonce, text):
    """encoding.md: commitment; `None` for a nonce that is none."""
    try:
        key = decode_base64url(nonce)
    except Malformed:
        return None
    return encode_base64url(hmac.new(key, text.encode(), hashlib.sha256).digest()) if len(key) == 32 else None


# --- org-log.md: anchored checkpoint ---


def verify_anchored(data, key, org_log, witnesses=None, of=None):
    """The verification of an anchored checkpoint. `of` is (origin, size, root) of what was verified under `key`."""
    return answer(lambda: judge_anchored(data, key, org_log, witnesses, of))


def judge_anchored(data, key, org_log, witnesses, of):
    index, proof, anchor, note = open_anchor(data)  # step 1
    text = canonical(anchor["entry"])
    size, root = open_front(note, org_log)  # step 2
    if not is_included(leaf_hash(text), index, size, proof, root):
        raise Refused("entry_altered", index)
    verified = with_witnesses({"ok": True, "notChecked": ["witness"]}, note, org_log, witnesses)
    tick = open_tick(text, index, org_log)  # step 3
    try:
        namespace_size, namespace_root = open_checkpoint(anchor["note"], key)  # step 4
    except Refused as error:
        raise Refused("namespace_wrong_key" if error.reason == "unsigned" else "namespace_forged") from error
    if not is_in_map(key, anchor, decode_base64url(tick["map"])):
        raise Refused("not_in_tick")  # step 5
    hold_against(of, key.name, namespace_size, namespace_root, anchor["grown"])  # step 6
    return {
        **verified,
        "origin": key.name,
        "size": namespace_size,
        "root": encode_base64url(namespace_root),
        "tick": tick["tick"],
        "orgLog": {"origin": org_log.name, "index": index, "size": size},
        "notChecked": verified["notChecked"] + ([] if of else ["log"]) + ["earlier_ticks"],
    }


def open_anchor(data):
    try:
        index, proof, extra, note = open_proof(data)
        anchor = read_canonical(extra or b"", TLOG_PROOF_EXTRA_BYTES_MAX)
    except Malformed as error:
        raise Refused("malformed_anchor") from error
    if not is_object(anchor) or not isinstance(anchor.get("format"), str):
        raise Refused("malformed_anchor")
    if anchor["format"] != "aura-anchor-1":
        raise Refused("unknown_format")
    if not is_anchor(anchor):
        raise Refused("malformed_anchor")
    return index, proof, anchor, note


def is_anchor(value):
    if not has_exactly(value, "format", "entry", "note", "nonce", "path", "grown"):
        return False
    note, nonce, path, grown = value["note"], value["nonce"], value["path"], value["grown"]
    return (
        is_object(value["entry"])
        and isinstance(note, str)
        and len(note.encode("utf-8")) <= ORG_LOG_NOTE_BYTES_MAX
        and is_hash(nonce)
        and is_list_of(path, is_hash)
        and len(path) <= ORG_LOG_PATH_HASHES_MAX
        and (grown is None or is_growth(grown))
    )


def is_growth(value):
    return (
        has_exactly(value, "from", "proof")
        and is_whole(value["from"])
        and value["from"] > 0
        and is_list_of(value["proof"], is_hash)
        and len(value["proof"]) <= TLOG_PROOF_HASHES_MAX
    )


def open_tick(text, index, org_log):
    try:
        entry, known = read_entry(text)
    except Malformed as error:
        raise Refused("not_a_tick", index) from error
    if not known:
        raise Refused("unknown_format")
    tick = entry["data"]
    if (
        entry["namespace"] != namespace_of(org_log.name)
        or (entry["stream"], entry["type"]) != ("audit", "org_log.ticked")
        or not has_exactly(tick, "tick", "tickMs", "missed", "map")
        or not all(is_whole(tick[name]) for name in ("tick", "tickMs", "missed"))
        or tick["tickMs"] == 0
        or tick["missed"] > tick["tick"]
        or not is_hash(tick["map"])
        or entry["timeMs"] < tick["tick"] * tick["tickMs"]
    ):
        raise Refused("not_a_tick", index)
    return tick


def is_in_map(key, anchor, root):
    value = commit(anchor["nonce"], anchor["note"])
    if value is None:
        return False
    slot = sha256(f"aura-org-slot-1\n{key.text()}".encode())
    bits = int.from_bytes(slot, "big")
    digest = sha256(b"\0" + slot + decode_base64url(value))
    depth = len(anchor["path"])
    for sibling in anchor["path"]:
        depth -= 1
        other = decode_base64url(sibling)
        pair = (other, digest) if bits >> (255 - depth) & 1 else (digest, other)
        digest = node_hash(*pair)
    return digest == root


def hold_against(of, origin, size, root, grown):
    if of is None:
        return
    name, covered, covered_root = of
    if name != origin or (covered == size and covered_root != root):
        raise Refused("other_history")
    if covered == size:
        return
    proof = [decode_base64url(sibling) for sibling in grown["proof"]] if grown and grown["from"] == covered else []
    if covered > size or not has_grown(covered, covered_root, size, root, proof):
        raise Refused("not_covered")


# --- the command ---


def read_root(text):
    if not text.lstrip().startswith("{"):
        return VerifierKey(text).key
    jwk = json.loads(text)
    if jwk.get("kty") != "OKP" or jwk.get("crv") != "Ed25519" or "d" in jwk:
        raise Malformed("not an Ed25519 public key")
    key = decode_base64url(jwk["x"])
    if not is_trust_anchor(key) or jwk.get("kid", thumbprint(key)) != thumbprint(key):
        raise Malformed("a key that is refused")
    return key


def is_receipt_file(start):
    return re.match(rb'\{"checkpoint":"(?:[^"\\]|\\.)*","custody":', start) is not None


def is_anchored_file(data):
    try:
        return b'"format":"aura-anchor-' in (open_proof(data)[2] or b"")
    except Malformed:
        return False


def verify_file(path, key, since=None, root=None, witnesses=None, org_log=None):
    with open(path, "rb") as file:
        start = file.read(LOG_LINE_BYTES_MAX)
        file.seek(0)
        if start.startswith(b"c2sp.org/tlog-proof@"):
            refuse_options(since, root)
            data = file.read(4 * TLOG_PROOF_CHARS_MAX)
            if org_log is not None:
                return verify_anchored(data, key, org_log, witnesses)
            if is_anchored_file(data):
                raise ValueError("--org-log is missing: this is an anchored checkpoint")
            return verify_proof(data, key, witnesses)
        if org_log is not None:
            raise ValueError("--org-log is for an anchored checkpoint")
        if is_receipt_file(start):
            refuse_options(since, None)
            return verify_receipt(file.read(RECEIPT_BYTES_MAX + 2), key, root, witnesses)
        return verify_log(file, key, since, root, witnesses)


def refuse_options(since, root):
    """An option that says nothing about this file is refused, never ignored."""
    if since is not None or root is not None:
        raise ValueError("--since is for a log, --root for a log or a receipt")


def read_witnesses(texts, quorum):
    """All of them must have cosigned, unless `quorum` says how many."""
    if not texts and quorum is None:
        return None
    keys = [WitnessKey(text) for text in texts]
    different = len({key.key for key in keys})
    wanted = different if quorum is None else int(quorum)
    if not 1 <= wanted <= different or (quorum is not None and quorum != str(wanted)):
        raise ValueError(f"--quorum is not a number from 1 to {different}")
    return Witnesses(keys, wanted)


def read_arguments(arguments):
    """(path, options), or `None`."""
    path, options, witnesses = None, {}, []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--witness":
            witnesses.append(next(rest, ""))
        elif argument in ("--key", "--since", "--root", "--quorum", "--org-log") and argument not in options:
            options[argument] = next(rest, "")
        elif path is None and not argument.startswith("-"):
            path = argument
        else:
            return None
    return None if path is None or "--key" not in options else (path, {**options, "--witness": witnesses})


def main(arguments):
    read = read_arguments(arguments)
    if read is None:
        print(__doc__, file=sys.stderr)
        return 2
    path, options = read
    try:
        key = VerifierKey(options["--key"])
        root = read_root(options["--root"]) if "--root" in options else None
        witnesses = read_witnesses(options["--witness"], options.get("--quorum"))
        since = None
        if "--since" in options:
            with open(options["--since"], "rb") as file:
                since = file.read(NOTE_BYTES_MAX + 1).decode("utf-8")
        org_log = VerifierKey(options["--org-log"]) if "--org-log" in options else None
        verification = verify_file(path, key, since, root, witnesses, org_log)
    except (Malformed, OSError, ValueError, KeyError) as error:
        print(f"nothing was verified: {error!r}", file=sys.stderr)
        return 2
    print(json.dumps(verification))
    return 0 if verification["ok"] else {"unknown_format": 3, "refounded": 4}.get(verification["reason"], 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
