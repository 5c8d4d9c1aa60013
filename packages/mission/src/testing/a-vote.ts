import type { Signer } from "@aura/trust";
import type { ApprovalKey, Enrolment, SignedEnrolment, Vote, VoteCast, VoteOrder } from "../index.ts";
import { castVote, enrolApprover, loadApproval, signEnrolment, signVote } from "../index.ts";
import type { TestWorld } from "./a-world.ts";
import { testSigner } from "./a-world.ts";

/** Which request, whose answer; `signer` is the person's own unless another one signs. */
export interface VoteRecipe extends ApprovalKey {
  readonly person: string;
  readonly choice?: Vote["choice"];
  readonly signer?: Signer;
  /** Replaces members of the vote before it is signed. */
  readonly spoil?: { readonly [member: string]: unknown };
}

/** A vote over a request as it stands, signed the way an honest person would; `spoil` and `signer` make it wrong. */
export async function aVote(world: TestWorld, recipe: VoteRecipe): Promise<VoteOrder> {
  const { mission, call, person, choice = "APPROVE", signer = personOf(world, person), spoil = {} } = recipe;
  const request = await loadApproval(world, { mission, call });
  if (request === undefined) throw new Error("nobody is asked about that");
  const vote = { ...request.vote, choice, ...spoil } as Vote;
  return { mission, call, person, jws: await signVote(signer, vote) };
}

/** The same, cast. */
export async function vote(world: TestWorld, recipe: VoteRecipe): Promise<VoteCast> {
  return castVote(world, await aVote(world, recipe));
}

/** An enrolment of `key` for `person`, an hour long; both signatures honest but for what is replaced. */
export async function anEnrolment(
  world: TestWorld,
  recipe: {
    readonly person: string;
    readonly key: Signer;
    readonly by: string;
    readonly possessor?: Signer;
    readonly confirmer?: Signer;
    readonly spoil?: Partial<Enrolment>;
    /** What the confirmer signs instead. */
    readonly confirmed?: Partial<Enrolment>;
  },
): Promise<SignedEnrolment> {
  const { person, key, by, possessor = key, confirmer = personOf(world, by) } = recipe;
  const enrolment: Enrolment = {
    format: "aura-enrolment-1",
    namespace: world.context.namespace,
    person,
    key: key.publicKey,
    expiresMs: world.clock.nowMs() + 3_600_000,
    ...recipe.spoil,
  };
  return {
    possession: await signEnrolment(possessor, enrolment),
    confirmations: [await signEnrolment(confirmer, { ...enrolment, ...recipe.confirmed })],
  };
}

/** Enrols a person with a key made of `seed`, confirmed by `by`. */
export async function enrolPerson(world: TestWorld, person: string, seed: number, by = "manager-1"): Promise<Signer> {
  const key = testSigner(seed);
  await enrolApprover(world, await anEnrolment(world, { person, key, by }));
  return key;
}

function personOf(world: TestWorld, person: string): Signer {
  return world.keys.persons[person] ?? world.keys.agent;
}
