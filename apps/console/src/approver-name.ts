/** The id that the founding gives its first approver: it knows no names. People of a release have words as ids. */
const FOUNDING_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function isFromFounding(person: string): boolean {
  return FOUNDING_ID.test(person);
}

/** Words for a person: the name in the release, what the founding made of them, else the id. */
export function approverName({ person, name }: { readonly person: string; readonly name: string | null }): string {
  if (name !== null) return name;
  return isFromFounding(person) ? "First approver, from the founding" : person;
}
