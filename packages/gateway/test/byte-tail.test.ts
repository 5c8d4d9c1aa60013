import fc from "fast-check";
import { expect, it } from "vitest";
import { ByteTail } from "../src/mcp/byte-tail.ts";

it("a tail is the last bytes of all that came, however it was cut", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{0,20}$/)), (chunks) => {
      const tail = new ByteTail(16);
      for (const chunk of chunks) tail.push(Buffer.from(chunk));
      expect(tail.text()).toBe(chunks.join("").slice(-16));
    }),
  );
});
