/** What the page takes from the machine it runs on, so that whatever it shows can be repeated. */
export interface Machine {
  /** Milliseconds since the Unix epoch by this machine's own clock. */
  nowMs(): number;
  /** A number from 0 up to but not including 1, for choices that secure nothing. */
  share(): number;
  /** Acts once after a while; answers how to give it up. */
  after(delayMs: number, act: () => void): () => void;
  /** Acts again and again; answers how to end it. */
  every(periodMs: number, act: () => void): () => void;
}
