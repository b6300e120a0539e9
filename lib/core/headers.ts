import { none } from './types.js';

/**
 * The header fields of a request. Express passes on Node's request, Fastify its own with Node's in
 * `raw`.
 */
export interface HeaderSource {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /**
   * Names and values in turn, as they came. In `headers`, Node keeps only the first of several
   * `Authorization` fields.
   */
  readonly rawHeaders?: readonly string[];
  readonly raw?: { readonly rawHeaders?: readonly string[] };
}

/**
 * All fields of a name (in lower case). Only the raw headers show several. Otherwise `headers`
 * counts, because middleware of the application may have set, changed or removed the field.
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

/** The value of a header; several are joined. */
export function headerValue({ headers }: HeaderSource, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

function sentFields(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const field = rawHeaders[index] as string;
    // The length is compared first: nearly every name differs in it.
    if (field.length === name.length && field.toLowerCase() === name) {
      values.push(rawHeaders[index + 1] as string);
    }
  }
  return values;
}
