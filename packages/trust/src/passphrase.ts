import { read } from "node:fs";
import { promisify } from "node:util";
import { passphraseRefused } from "./key-file-error.ts";
import { PASSPHRASE_BYTES_MAX, type Passphrase } from "./key-file-sealed.ts";

const readBytes = promisify(read);

/**
 * A passphrase from an open file descriptor, to its end or its first line feed, which does not belong to it: `3< file`, a pipe of a
 * secret store. Asked once; keep what it gives if two files need it. @throws `trust/passphrase_refused`
 */
export function passphraseFromDescriptor(descriptor: number): Passphrase {
  return async () => {
    const bytes = Buffer.alloc(PASSPHRASE_BYTES_MAX + 2);
    let length = 0;
    try {
      while (length < bytes.length) {
        const { bytesRead } = await readBytes(descriptor, bytes, length, bytes.length - length, null);
        if (bytesRead === 0) break;
        length += bytesRead;
        if (bytes.subarray(0, length).includes(0x0a)) break;
      }
    } catch (error) {
      throw passphraseRefused("could not be read from its file descriptor", error);
    }
    const end = bytes.subarray(0, length).indexOf(0x0a);
    return bytes.subarray(0, end === -1 ? length : end);
  };
}
