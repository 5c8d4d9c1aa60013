import type { JsonValue } from "@aura/trust";

/** What one end hears of a channel. Nothing after `closed`. */
export interface ChannelListener {
  message(message: JsonValue): void;
  /** The other end is gone. @param broken what it sent that is no message at all, for people; `undefined` for a plain end */
  closed(broken: string | undefined): void;
}

/** Two ends that send each other JSON, in order. Sending on a closed channel does nothing. */
export interface Channel {
  send(message: JsonValue): void;
  /** Says who listens. Called once, before anything is heard. */
  listen(listener: ChannelListener): void;
  close(): void;
}
