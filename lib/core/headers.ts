import { none } from './types.js';

/**
 * The header fields of a request. Express passes Node's request; Fastify passes its own request,
 * with Node's in `raw`.
 */
export interface HeaderSource {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /**
   * Alternating names and values, as received. In `headers`, Node keeps only the first of several
   * `Authorization` fields.
   */
  readonly rawHeaders?: readonly string[];
  readonly raw?: { readonly rawHeaders?: readonly string[] };
}

/**
 * Returns all fields with a name (in lower case). Only the raw headers show repeated fields.
 * Otherwise `headers` is used, because the application's middleware may have set, changed or
 * removed the field.
 */
export function headerFields(
  { headers, rawHeaders, raw }: HeaderSource,
  name: string,
): readonly string[] {
  const sent = sentFields(rawHeaders ?? raw?.rawHeaders ?? none, name);
  if (sent.length > 1) return sent;
  const value = headers[name];
  if (value === undefined) return none;
  return Array.isArray(value) ? value : [value];
}

/** Returns the value of a header. Repeated fields are joined. */
export function headerValue({ headers }: HeaderSource, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

function sentFields(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const field = rawHeaders[index] as string;
    // Compare the length first, because it differs for most names.
    if (field.length === name.length && field.toLowerCase() === name) {
      values.push(rawHeaders[index + 1] as string);
    }
  }
  return values;
}
