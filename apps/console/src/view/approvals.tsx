import { useApprovals } from "../queries.ts";
import { ApprovalDetail } from "./approval.tsx";
import { ApprovalLine } from "./now.tsx";
import { Heading, Pending } from "./parts.tsx";

/** The oldest request is open unless another was chosen: it is the one that expires first. */
export function ApprovalsScreen({ id }: { readonly id: string | undefined }) {
  const approvals = useApprovals();
  if (approvals.data === undefined) return <Pending error={approvals.error} what="approvals" />;
  const all = approvals.data;
  const open = id === undefined ? all[0] : all.find((approval) => approval.id === id);
  return (
    <>
      <Heading aside={<span className="quiet">{all.length === 0 ? "" : `${all.length} waiting, oldest first`}</span>}>
        Approvals
      </Heading>
      {all.length === 0 && id === undefined && (
        <p className="empty">Nothing waits for a person. What a rule escalates shows up here at once, by itself.</p>
      )}
      {all.length > 0 && (
        <ul className="lines">
          {all.map((approval) => (
            <ApprovalLine key={approval.id} approval={approval} current={approval.id === open?.id} />
          ))}
        </ul>
      )}
      {open === undefined ? (
        id !== undefined && <GoneApproval id={id} />
      ) : (
        <ApprovalDetail key={open.id} approval={open} />
      )}
    </>
  );
}

function GoneApproval({ id }: { readonly id: string }) {
  const [mission = ""] = id.split(".", 1);
  return (
    <p className="empty">
      This request does not wait any more: it was answered, or its time ran out.{" "}
      <a href={`#/missions/${mission}`}>See its mission</a>
    </p>
  );
}
