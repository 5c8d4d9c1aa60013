/** The wall clock as a port. Only the adapter that owns it reads the machine's clock. */
export interface Clock {
  /** Milliseconds since the Unix epoch, an integer. */
  nowMs(): number;
}
