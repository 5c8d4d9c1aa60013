import { ATTACK } from "../attack.ts";
import type { Attack, Place, Step } from "../attack.ts";
import { at, copyStep } from "./calls.ts";

const REFUSED = "payments/secret_refused";
const VOTE = `--body '{"person":"ines","jws":"a.b.c"}'`;
/** No such mission is needed: the refusal comes before anybody looks. */
const VOTES = "POST /v1/approvals/00000000-0000-7000-8000-000000000000.1.1/votes";

/** Attacks past AURA, or on its doors. */
export const outsideAttacks: readonly Attack[] = [
  {
    n: 6,
    title: "Call the payments server directly",
    has: "the program of the payments server and the path of its ledger, but not the secret that it was founded with.",
    must: "payments/secret_refused, and no row: the server acts for whoever holds the secret, and only the gateway gets it.",
    broken: "A payment of 4800.00 EUR to obol-trading in the demo's ledger.",
    limits: [
      "Another program of the same unix user can read upstreams.key (mode 0600), derive the secret, and pay past every rule: shown on a copy. A bank is on another machine, and so should your tools be.",
    ],
    stepsIn: (place) => [
      {
        does: "Orders a payment without a secret, on the demo's own ledger",
        command: `${ATTACK} pay ${place.data}`,
        kind: "attack",
        exits: 0,
        says: [REFUSED, "The ledger has no row more."],
      },
      {
        does: "Orders it with a secret of the attacker's",
        command: `${ATTACK} pay ${place.data} --secret AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`,
        kind: "attack",
        exits: 0,
        says: [REFUSED, "The ledger has no row more."],
      },
      copyStep(place, "6"),
      {
        does: "Orders it as a program of the same user, with the secret from upstreams.key",
        command: `${ATTACK} pay ${place.copies}/6 --secret-of ${place.copies}/6`,
        kind: "limit",
        exits: 1,
        says: ["The ledger has 1 row(s) more."],
      },
    ],
  },
  {
    n: 8,
    title: "A hostile page in the same browser, and a wrong key",
    has: "a browser that is logged in to the demo's page and opens the attacker's page as well (its requests carry the cookie), DNS that rebinds his name to 127.0.0.1, and guesses of a key.",
    must: "Refused before anybody looks at the vote: 403 http/cross_site, 421 http/host_refused, 401 http/unauthenticated, and 429 once he guesses fast. Each command prints the curl that does the same.",
    broken: "An answer about the vote itself (mission/...): the request would have reached the desk.",
    limits: [
      "The page sees that something listens on the port. The last command shows what the real page's request gets: an answer about the vote.",
    ],
    stepsIn: (place) => [
      http(
        place,
        `${VOTES} --session --page --origin https://evil.example ${VOTE}`,
        "A vote from another origin, with the cookie",
        "403 http/cross_site",
      ),
      http(place, `${VOTES} --session --page ${VOTE}`, "The same with no origin at all", "403 http/cross_site"),
      http(
        place,
        `${VOTES} --session --origin own ${VOTE}`,
        "A form of the page's own origin, without the page's header",
        "403 http/cross_site",
      ),
      http(
        place,
        `${VOTES} --session --page --origin own --host evil.example ${VOTE}`,
        "A rebound name: the right address under another host",
        "421 http/host_refused",
      ),
      http(place, `${VOTES} ${VOTE}`, "A vote without cookie and key", "401 http/unauthenticated"),
      http(
        place,
        "GET /v1/missions --key wrong --times 40",
        "Forty guesses of the operator's key",
        "429 http/too_many_requests",
      ),
      http(place, "GET /v1/missions --session", "Meanwhile the operator is not locked out", '200 {"items":'),
      {
        ...http(
          place,
          `${VOTES} --session --page --origin own ${VOTE}`,
          "What the real page's request gets, for comparison",
          "mission/vote_malformed",
        ),
        kind: "limit",
      },
    ],
  },
];

function http(place: Place, words: string, does: string, says: string): Step {
  return { does, command: `${ATTACK} http ${words}${at(place)}`, kind: "attack", exits: 0, says: [says] };
}
