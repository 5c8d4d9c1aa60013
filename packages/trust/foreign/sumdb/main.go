// Reads and writes AURA's notes, tiles and proofs with the packages of Go's checksum database, golang.org/x/mod/sumdb/note and
// tlog: code that has never heard of AURA. One JSON question on stdin, one JSON answer on stdout. For the tests.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type proof struct {
	Size, Index, From int64
	Leaf, Root, Older string
	Hashes            []string
}

type question struct {
	// Open these notes under VerifierKeys and WitnessKeys.
	VerifierKeys, WitnessKeys, Notes []string
	// Sign Text with these keys, each "name", "hash", and a seed in base64url.
	Text    string
	Signers []struct{ Name, Hash, Seed string }
	// A folder of tiles whose checkpoint the first of VerifierKeys signed.
	Folder string
	// Prove these records, and that the tree starts with these sizes.
	Records, Sizes []int64
	// Judge these proofs.
	Inclusion, Consistency []proof
}

type opened struct {
	Text    string
	Names   []string
	Problem string
	Unknown int
}

type answer struct {
	Opened       []opened
	Signed       string
	Size         int64
	Root         string
	Leaves       []string
	RecordProofs [][]string
	TreeProofs   [][]string
	Inclusion    []bool
	Consistency  []bool
}

func main() {
	var q question
	check(json.NewDecoder(os.Stdin).Decode(&q))
	a := answer{}
	verifiers := []note.Verifier{}
	for _, key := range q.VerifierKeys {
		verifier, err := note.NewVerifier(key)
		check(err)
		verifiers = append(verifiers, verifier)
	}
	for _, key := range q.WitnessKeys {
		verifiers = append(verifiers, newCosignatureVerifier(key))
	}
	known := note.VerifierList(verifiers...)
	for _, text := range q.Notes {
		a.Opened = append(a.Opened, open(text, known))
	}
	if len(q.Signers) > 0 {
		a.Signed = sign(q)
	}
	if q.Folder != "" {
		readLog(q, known, &a)
	}
	for _, p := range q.Inclusion {
		err := tlog.CheckRecord(hashesOf(p.Hashes), p.Size, hashOf(p.Root), p.Index, hashOf(p.Leaf))
		a.Inclusion = append(a.Inclusion, err == nil)
	}
	for _, p := range q.Consistency {
		err := tlog.CheckTree(hashesOf(p.Hashes), p.Size, hashOf(p.Root), p.From, hashOf(p.Older))
		a.Consistency = append(a.Consistency, err == nil)
	}
	check(json.NewEncoder(os.Stdout).Encode(a))
}

func open(text string, known note.Verifiers) opened {
	n, err := note.Open([]byte(text), known)
	if err != nil {
		return opened{Problem: fmt.Sprintf("%T", err)}
	}
	o := opened{Text: n.Text, Unknown: len(n.UnverifiedSigs)}
	for _, signature := range n.Sigs {
		o.Names = append(o.Names, signature.Name)
	}
	return o
}

// A verifier of C2SP tlog-cosignature for the note package, which knows type 1 only.
type cosignatureVerifier struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosignatureVerifier(vkey string) cosignatureVerifier {
	parts := strings.SplitN(vkey, "+", 3)
	key, err := base64.StdEncoding.DecodeString(parts[2])
	check(err)
	if key[0] != 4 || len(key) != 1+ed25519.PublicKeySize {
		check(fmt.Errorf("not a key of type 4: %s", vkey))
	}
	id := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if fmt.Sprintf("%x", id[:4]) != parts[1] {
		check(fmt.Errorf("not the id of name and key: %s", vkey))
	}
	return cosignatureVerifier{parts[0], binary.BigEndian.Uint32(id[:]), key[1:]}
}

func (v cosignatureVerifier) Name() string { return v.name }

func (v cosignatureVerifier) KeyHash() uint32 { return v.hash }

func (v cosignatureVerifier) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(signature)
	return ed25519.Verify(v.key, []byte(fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, text)), signature[8:])
}

func sign(q question) string {
	signers := []note.Signer{}
	for _, s := range q.Signers {
		seed, err := base64.RawURLEncoding.DecodeString(s.Seed)
		check(err)
		key := base64.StdEncoding.EncodeToString(append([]byte{1}, seed...))
		signer, err := note.NewSigner(fmt.Sprintf("PRIVATE+KEY+%s+%s+%s", s.Name, s.Hash, key))
		check(err)
		signers = append(signers, signer)
	}
	signed, err := note.Sign(&note.Note{Text: q.Text}, signers...)
	check(err)
	return string(signed)
}

// readLog proves records out of the tiles of a folder; tlog checks every tile against the signed root before it uses it.
func readLog(q question, known note.Verifiers, a *answer) {
	text, err := os.ReadFile(filepath.Join(q.Folder, "checkpoint"))
	check(err)
	n, err := note.Open(text, known)
	check(err)
	lines := strings.Split(n.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	a.Size, a.Root = size, textOf(root)
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, tiles(q.Folder))
	for record := int64(0); record < size; {
		for _, entry := range bundle(q.Folder, record/256, size) {
			leaf := tlog.RecordHash(entry)
			stored, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, record)})
			check(err)
			if stored[0] != leaf {
				check(fmt.Errorf("entry %d is not the record of its tile", record))
			}
			a.Leaves = append(a.Leaves, textOf(leaf))
			record++
		}
	}
	for _, record := range q.Records {
		p, err := tlog.ProveRecord(size, record, reader)
		check(err)
		a.RecordProofs = append(a.RecordProofs, textsOf(p))
	}
	for _, older := range q.Sizes {
		p, err := tlog.ProveTree(size, older, reader)
		check(err)
		a.TreeProofs = append(a.TreeProofs, textsOf(p))
	}
}

type tiles string

func (t tiles) Height() int { return 8 }

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	data := [][]byte{}
	for _, tile := range wanted {
		// C2SP tlog-tiles leaves out the height, which is always 8.
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		bytes, err := os.ReadFile(filepath.Join(string(t), filepath.FromSlash(path)))
		if err != nil {
			return nil, err
		}
		data = append(data, bytes)
	}
	return data, nil
}

// bundle reads the entries beside a tile of level 0 (C2SP tlog-tiles): 16-bit big-endian lengths.
func bundle(folder string, index, size int64) [][]byte {
	tile := tlog.Tile{H: 8, L: 0, N: index, W: 256}
	if left := size - index*256; left < 256 {
		tile.W = int(left)
	}
	path := "tile/entries/" + strings.TrimPrefix(tile.Path(), "tile/8/0/")
	data, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(path)))
	check(err)
	entries := [][]byte{}
	for len(data) > 0 {
		length := int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:2+length])
		data = data[2+length:]
	}
	return entries
}

func hashOf(text string) (hash tlog.Hash) {
	data, err := base64.RawURLEncoding.DecodeString(text)
	check(err)
	copy(hash[:], data)
	return hash
}

func hashesOf(texts []string) (hashes []tlog.Hash) {
	for _, text := range texts {
		hashes = append(hashes, hashOf(text))
	}
	return hashes
}

func textOf(hash tlog.Hash) string { return base64.RawURLEncoding.EncodeToString(hash[:]) }

func textsOf(hashes []tlog.Hash) []string {
	texts := []string{}
	for _, hash := range hashes {
		texts = append(texts, textOf(hash))
	}
	return texts
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
