import type { Fetch } from '../../lib/core/http.js';

type Init = Parameters<Fetch>[1];
export type Route = Response | Error | ((init: Init) => Response | Promise<Response>);

/**
 * A fetch over a table of addresses, which remembers what was asked. Addresses that are not in it
 * are 404.
 */
export function tableFetch(routes: Readonly<Record<string, Route>>): {
  fetch: Fetch;
  urls: string[];
  inits: Init[];
} {
  const urls: string[] = [];
  const inits: Init[] = [];
  const fetch: Fetch = async (url, init) => {
    urls.push(url);
    inits.push(init);
    const route = routes[url];
    if (route === undefined) return new Response('', { status: 404 });
    if (route instanceof Error) throw route;
    return typeof route === 'function' ? route(init) : route.clone();
  };
  return { fetch, urls, inits };
}

export function json(body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    headers: { 'content-type': 'application/json', ...headers },
  });
}
