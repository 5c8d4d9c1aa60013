import type { JsonValue } from "@aura/trust";
import type { Channel, ChannelListener } from "../../src/agent-process/channel.ts";
import { FRAME_BYTES_MAX, FrameReader, frameOf } from "../../src/agent-process/frame.ts";

/** Two ends of one channel in this process: what crosses is encoded and decoded as on a pipe. */
export function memoryChannel(): readonly [Channel, Channel] {
  const one = anEnd(() => other);
  const other = anEnd(() => one);
  return [one, other];
}

interface End extends Channel {
  hear(frame: Buffer): void;
  end(): void;
}

function anEnd(other: () => End): End {
  const reader = new FrameReader(FRAME_BYTES_MAX);
  let listener: ChannelListener | undefined;
  let closed = false;
  return {
    send: (message: JsonValue) => {
      const frame = frameOf(message);
      if (!closed) setImmediate(() => other().hear(frame));
    },
    listen: (told) => {
      listener = told;
    },
    close: () => {
      if (closed) return;
      closed = true;
      listener = undefined;
      setImmediate(() => other().end());
    },
    hear: (frame) => {
      for (const message of reader.push(frame)) listener?.message(message);
    },
    end: () => {
      closed = true;
      listener?.closed(undefined);
      listener = undefined;
    },
  };
}
