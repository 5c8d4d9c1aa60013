/**
 * The text with the first digit of the amount in it made another one, and the amount as it then is; `undefined` if the amount
 * does not stand in the text. Pure.
 */
export function alterDigit(
  text: string,
  amount: string,
): { readonly text: string; readonly amount: string } | undefined {
  const [digit = ""] = amount;
  if (!/^[0-9]$/.test(digit) || !text.includes(amount)) return undefined;
  const altered = `${(Number(digit) % 9) + 1}${amount.slice(1)}`;
  return { text: text.replaceAll(amount, () => altered), amount: altered };
}
