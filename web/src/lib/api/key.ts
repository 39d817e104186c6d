/** A random name for one write, 128 bits in 32 hexadecimal digits.
 *
 * Not `crypto.randomUUID`, which browsers offer on https and localhost only, while a laboratory
 * often serves Fieldguide as plain http on its own network. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
