/**
 * The top of this package, with a slash at its end: in the workspace, and where it is installed. Found by the package's own name:
 * what is built stands at another depth than its source.
 */
export const PACKAGE_FOLDER: URL = new URL(".", import.meta.resolve("@aura/runtime/package.json"));
