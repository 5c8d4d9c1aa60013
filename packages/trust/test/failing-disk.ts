import type { FileHandle } from "node:fs/promises";
import { openFile, type OpenFile } from "../src/file-chain/disk.ts";

/** A disk that counts what it is asked to do, and fails when told to. No power fails here, so it spares the synchronising. */
export class FailingDisk {
  syncs = 0;
  operations = 0;
  /** Told the number and the name of each operation; an answer is the code it fails with. */
  fails: (operation: number, name: string) => string | undefined = () => undefined;

  readonly open: OpenFile = async (path, flags, mode) => {
    this.#act("open");
    const file = await openFile(path, flags, mode);
    return new Proxy(file, { get: (target, name) => this.#method(target, name) });
  };

  #method(file: FileHandle, name: string | symbol): unknown {
    const value: unknown = Reflect.get(file, name);
    if (typeof value !== "function") return value;
    return async (...args: readonly unknown[]): Promise<unknown> => {
      if (name === "write") return this.#write(file, args);
      if (name !== "close") this.#act(String(name));
      if (name === "sync" || name === "datasync") return undefined;
      return (await Reflect.apply(value, file, args)) as unknown;
    };
  }

  /** A write that fails has written half. */
  async #write(file: FileHandle, [bytes, offset, length, position]: readonly unknown[]): Promise<unknown> {
    const write = (count: number) => file.write(bytes as Uint8Array, offset as number, count, position as number);
    try {
      this.#act("write");
    } catch (error) {
      await write(Math.floor((length as number) / 2));
      throw error;
    }
    return write(length as number);
  }

  #act(name: string): void {
    this.operations += 1;
    const code = this.fails(this.operations, name);
    if (code !== undefined) throw Object.assign(new Error(`${code}: made to fail, ${name}`), { code });
    if (name === "sync" || name === "datasync") this.syncs += 1;
  }
}
