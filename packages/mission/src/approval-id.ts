/** What a request is known by in addresses and on command lines: `<mission>`, or `<mission>.<call key>`. */
export function approvalId({ mission, call }: { readonly mission: string; readonly call: string | null }): string {
  return call === null ? mission : `${mission}.${call}`;
}

/** The first dot separates; whether there is such a request is another question. */
export function parseApprovalId(id: string): { readonly mission: string; readonly call: string | null } {
  const at = id.indexOf(".");
  return at === -1 ? { mission: id, call: null } : { mission: id.slice(0, at), call: id.slice(at + 1) };
}
