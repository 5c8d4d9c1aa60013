import type { Duplex } from "node:stream";
import type { JsonValue } from "@aura/trust";
import type { Channel, ChannelListener } from "./channel.ts";
import { FrameBroken, FrameReader, frameOf } from "./frame.ts";

/** Bytes that may wait for the other end to read them: one that never reads is gone. */
export const UNREAD_BYTES_MAX = 67_108_864;

/**
 * A channel over a pipe that carries both ways.
 * @param frameBytesMax the largest message that is taken from the other end
 */
export function socketChannel(pipe: Duplex, frameBytesMax: number): Channel {
  let listener: ChannelListener | undefined;
  const reader = new FrameReader(frameBytesMax);
  const end = (broken?: string): void => {
    const told = listener;
    listener = undefined;
    pipe.destroy();
    told?.closed(broken);
  };
  return {
    send: (message) => {
      if (pipe.writable) pipe.write(frameOf(message));
      if (pipe.writableLength > UNREAD_BYTES_MAX) setImmediate(end, "it does not read");
    },
    listen: (told) => {
      listener = told;
      pipe.on("data", (chunk: Buffer) => heard(chunk));
      pipe.on("error", () => end());
      pipe.on("end", () => end());
      pipe.on("close", () => end());
    },
    close: () => {
      listener = undefined;
      pipe.destroy();
    },
  };

  function heard(chunk: Buffer): void {
    try {
      for (const message of reader.push(chunk)) tell(message);
    } catch (error) {
      if (!(error instanceof FrameBroken)) throw error;
      end(error.message);
    }
  }

  function tell(message: JsonValue): void {
    listener?.message(message);
  }
}
