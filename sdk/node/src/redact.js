/** What must not be repeated: keys, webhook secrets, client secrets and card numbers, masked in any text. */

const SECRET = new RegExp(
  [
    String.raw`\b((?:sk|rk|pk)_(?:live|test)_)[A-Za-z0-9_]{3,}`,
    String.raw`\b(whsec_)[A-Za-z0-9+/=_-]{3,}`,
    String.raw`\b([A-Za-z]{2,8}_[A-Za-z0-9]+_secret_)[A-Za-z0-9_]+`,
    String.raw`(\b(?:Bearer|Basic)\s+)[A-Za-z0-9+/=._~-]+`,
  ].join("|"),
  "g",
);
const CARD = /\b\d(?:[ -]?\d){12,18}\b/g;

/** The text with every secret cut to its prefix, and of a card number only its last four digits. */
export function redact(text) {
  return text
    .replace(SECRET, (_, ...parts) => `${parts.find((part) => typeof part === "string")}…`)
    .replace(CARD, (digits) => `…${digits.slice(-4)}`);
}
