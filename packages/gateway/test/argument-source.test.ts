import { describe, expect, it } from "vitest";
import { valueFrom } from "../src/argument-source.ts";

/** The document and the answers of RFC 6901 section 5. */
const DOCUMENT = {
  foo: ["bar", "baz"],
  "": 0,
  "a/b": 1,
  "c%d": 2,
  "e^f": 3,
  "g|h": 4,
  "i\\j": 5,
  'k"l': 6,
  " ": 7,
  "m~n": 8,
};

describe("a pointer", () => {
  it.each([
    ["", DOCUMENT],
    ["/foo", ["bar", "baz"]],
    ["/foo/0", "bar"],
    ["/", 0],
    ["/a~1b", 1],
    ["/c%d", 2],
    ["/e^f", 3],
    ["/g|h", 4],
    ["/i\\j", 5],
    ['/k"l', 6],
    ["/ ", 7],
    ["/m~0n", 8],
  ])("%j leads where RFC 6901 section 5 says", (from, value) => {
    expect(valueFrom({ from }, DOCUMENT)).toEqual(value);
  });

  it.each([["foo"], ["/foo/2"], ["/foo/00"], ["/foo/-"], ["/foo/length"], ["/toString"], ["/__proto__"], ["/foo/0/x"]])(
    "%j leads nowhere",
    (from) => {
      expect(valueFrom({ from }, DOCUMENT)).toBeUndefined();
    },
  );
});
