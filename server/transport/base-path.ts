/** The path of a host under which a proxy shows this server (W29). */

/** What of a request's address is the server's own: without `base`, and without the slashes that a careless proxy doubles. */
export function innerUrl(url: string, base: string): string {
  const inside = base !== '' && url.startsWith(`${base}/`) ? url.slice(base.length) : url
  return inside.replace(/^\/{2,}/, '/')
}

/** Where the page is when somebody left out the slash at the end, as `/chat?x` for `/chat/?x`. Relative to what was asked. */
export function withSlash(url: string): string {
  const [path = '', query] = url.split('?')
  return `${path.slice(path.lastIndexOf('/') + 1)}/${query === undefined ? '' : `?${query}`}`
}
