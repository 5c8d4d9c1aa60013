// Another process with a token: `token-writer.ts MODULE LABEL create|sign|sign-for-ever KEY [COUNT]`. One line a result.
import { createPkcs11Key, openPkcs11Signer } from "@aura/trust/pkcs11";
import { encodeBase64url, isAuraError } from "@aura/trust";

const [modulePath = "", label = "", act = "", key = "", count = "0"] = process.argv.slice(2);
const encoder = new TextEncoder();
// The test's own PIN, of a token that lives as long as the test does.
const token = { modulePath, label, pin: () => encoder.encode("123456") };

if (act === "create") {
  const made = await createPkcs11Key(token, { label: key }).catch((error: unknown) => error);
  say(isAuraError(made) ? made.code : "made");
} else {
  const signer = await openPkcs11Signer(token, { label: key });
  say("open");
  for (let at = 0; act === "sign-for-ever" || at < Number(count); at += 1)
    say(encodeBase64url(await signer.sign(encoder.encode(`message ${at}`))));
  await signer.close();
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
