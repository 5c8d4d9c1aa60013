/** What rules say to people, each with its name: a reason without its rule tells nobody what to change. */
export function Reasons({
  reasons,
}: {
  readonly reasons: readonly { readonly rule: string | null; readonly reason: string }[];
}) {
  return (
    <ul className="why">
      {reasons.map(({ rule, reason }) => (
        <li key={rule ?? reason}>
          {reason === "" ? "This rule gives no reason." : reason}
          {rule !== null && (
            <span className="quiet">
              {" "}
              Rule <code>{rule}</code>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
