import { describe, expect, it } from "vitest";
import { codeInFragment, codeInText, href, parseRoute } from "../src/route.ts";

describe("parseRoute", () => {
  it("reads screen, id and query", () => {
    const route = parseRoute("#/missions/m%2F1?call=undo.1.0&show=denied");
    expect(route).toMatchObject({ screen: "missions", id: "m/1" });
    expect(Object.fromEntries(route.query)).toEqual({ call: "undo.1.0", show: "denied" });
  });

  it.each(["", "#", "#/", "#/nowhere/1?x=y", "#code=abc", "#/%"])("takes %j for the first screen", (fragment) => {
    expect(parseRoute(fragment)).toMatchObject({ screen: "now", id: undefined });
  });

  it("shows an id that is not well encoded as it stands", () => {
    expect(parseRoute("#/missions/%E0").id).toBe("%E0");
  });

  it("reads back what href wrote", () => {
    const id = "0199?&#/%.1.1";
    expect(parseRoute(href("approvals", id, { a: "b&c" }))).toMatchObject({ screen: "approvals", id });
    expect(parseRoute(href("approvals", id, { a: "b&c" })).query.get("a")).toBe("b&c");
  });

  it("leaves out members that say nothing", () => {
    expect(href("missions", undefined, { show: "", agent: undefined })).toBe("#/missions");
  });
});

describe("the one-time code", () => {
  it("is found in the fragment of a link, and nowhere else", () => {
    expect(codeInFragment("#code=a-b_c")).toBe("a-b_c");
    expect(codeInFragment("#code=")).toBeUndefined();
    expect(codeInFragment("#/missions?code=x")).toBeUndefined();
  });

  it.each(["abc", " abc \n", "http://127.0.0.1:7070/#code=abc", "code=abc"])("is read from %j", (text) => {
    expect(codeInText(text)).toBe("abc");
  });
});
