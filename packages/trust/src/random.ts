/** A source of unpredictable bytes as a port. */
export interface Random {
  /** `length` bytes fit for keys and nonces. */
  bytes(length: number): Uint8Array;
}
