import { describe, expect, it } from "vitest";
import { createNarrator } from "../src/narrator.ts";
import { openNamespace } from "../src/wire.ts";
import { scratchFolder } from "./in-process.ts";
import { foundNotes, noteApplication } from "./note-application.ts";

describe("the narrator", () => {
  it("says that it could not read the log, and tells all of it when it can again", async () => {
    using scratch = scratchFolder();
    const namespace = await openNamespace(await foundNotes(scratch.at("data"), noteApplication([])));
    const { store, context } = namespace;
    const torn = new Error("the disk has gone");
    let broken = true;
    const told: number[] = [];
    const troubles: unknown[] = [];
    const narrator = createNarrator({
      store: {
        ...store,
        readLog: (...asked) => {
          if (broken) throw torn;
          return store.readLog(...asked);
        },
      },
      context,
      from: 0,
      show: ({ seq }) => void told.push(seq),
      tell: () => undefined,
      trouble: (error) => void troubles.push(error),
    });
    narrator.wake();
    await narrator.settled();
    expect([told, troubles]).toEqual([[], [torn]]);

    broken = false;
    narrator.wake();
    await narrator.settled();
    const size = await store.size(context);
    expect(told).toEqual(Array.from({ length: size }, (_, seq) => seq));
    expect(troubles).toEqual([torn]);

    await narrator.close();
    broken = true;
    narrator.wake();
    narrator.signed({ size, root: "x", note: "x" } as never);
    await narrator.settled();
    await namespace.close();
    expect(troubles).toEqual([torn]);
  });
});
