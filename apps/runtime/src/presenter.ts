import type { Presenter } from "@aura/engine";
import type { Mission, MissionWorld } from "@aura/mission";
import { proveCall, uuidv7 } from "@aura/trust";
import type { Instance, Issuer } from "./issuer.ts";

/**
 * Presents the calls of one mission for an agent that runs inside the runtime, or for the compensator: the runtime holds the
 * instance key.
 */
export function createPresenter(
  { world, issuer }: { readonly world: MissionWorld; readonly issuer: Issuer },
  instance: Instance,
  mission: Mission,
): Presenter {
  return {
    actor: { id: instance.agent, custody: "runtime" },
    present: async ({ call, tool, commitment }) => {
      const { credential, token } = await issuer.dualToken(instance, mission);
      const nowMs = world.store.nowMs();
      const proof = await proveCall(instance.key, {
        call,
        tool,
        commitment,
        audience: world.authority.audience,
        token,
        nowMs,
        jti: uuidv7(nowMs, world.random),
      });
      return { credential, token, proof };
    },
  };
}
