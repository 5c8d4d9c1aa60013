import { accessSync, closeSync, constants, existsSync, openSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { networkFileSystem, notWritable } from "../store-error.ts";

/** Types of `statfs` (Linux, linux/magic.h and the file systems' own sources) whose locks and fsync cross a network. */
const NETWORK_FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0x69_69: "nfs",
  0x51_7b: "smb",
  0xff_53_4d_42: "cifs",
  0xfe_53_4d_42: "smb2",
  0x53_46_41_4f: "afs",
  0x73_75_72_45: "coda",
  0x00_c3_64_00: "ceph",
  0x0b_d0_0b_d0: "lustre",
  0x47_50_46_53: "gpfs",
  0x01_16_19_70: "gfs2",
};

/** The name of a network file system by its `statfs` type; `undefined` for a local one or one that we do not know. */
export function networkFileSystemName(type: number): string | undefined {
  return NETWORK_FILE_SYSTEMS[type >>> 0];
}

/**
 * Sees to it that the file can be written, and creates it for its owner only (mode 0600): payloads are in it. A file that
 * exists is not opened here: closing it again would drop the locks that this process may hold on it (fcntl(2)).
 * @throws `store/not_writable`, `store/network_file_system`
 */
export function prepareFile(path: string): void {
  requireLocal(path, typeOfFileSystem(dirname(path)));
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
    else closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    throw notWritable(path, `The system refuses it: ${reason(error)}.`, error);
  }
}

/** @param type of `statfs`. @throws `store/network_file_system` */
export function requireLocal(path: string, type: number): void {
  const network = networkFileSystemName(type);
  if (network !== undefined) throw networkFileSystem(path, network);
}

function typeOfFileSystem(folder: string): number {
  try {
    return statfsSync(folder).type;
  } catch (error) {
    throw notWritable(folder, `The folder cannot be read: ${reason(error)}.`, error);
  }
}

function reason(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
}
