/** Checks over package.json, the lock file, README and pages.json. */
export interface Manifest {
  scripts: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  overrides?: Record<string, string>
}

/** Dependencies that do not name one version. */
export const loosePins = (manifest: Manifest): string[] =>
  Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.overrides })
    .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    .map(([name, version]) => `${name}: ${version}`)

/** Files that a script of package.json runs (`node x.mjs`, `tsx x.ts`) and that do not exist. */
export const missingScripts = (manifest: Manifest, exists: (path: string) => boolean): string[] =>
  Object.entries(manifest.scripts).flatMap(([name, command]) =>
    [...command.matchAll(/\b(?:node|tsx) ([\w./-]+\.(?:mjs|ts))/g)]
      .map((match) => match[1] ?? '')
      .filter((path) => !exists(path))
      .map((path) => `${name}: ${path}`),
  )

/** Commands (`npm run x`, `npm start`, `npm test`) in a text that package.json does not know. */
export const unknownCommands = (text: string, manifest: Manifest): string[] =>
  [...text.matchAll(/\bnpm (?:run ([a-z][\w:-]*)|(start|test)\b)/g)]
    .filter(([, script, word]) => !((script ?? word ?? '') in manifest.scripts))
    .map(([command]) => command)

/** Packages of a lock file that carry an address to download from. */
export const lockAddresses = (lock: { packages: Record<string, { resolved?: string }> }): string[] =>
  Object.entries(lock.packages)
    .filter(([, entry]) => entry.resolved !== undefined)
    .map(([name]) => name)

export interface Pages {
  pages: { path: string }[]
  subPackages?: { root: string; pages: { path: string }[] }[]
  tabBar?: { list: { pagePath: string }[] }
}

/** Every page that pages.json names, subpackages and tabs included. */
export const pagesNamed = (pages: Pages): string[] => [
  ...pages.pages.map(({ path }) => path),
  ...(pages.subPackages ?? []).flatMap(({ root, pages: list }) => list.map(({ path }) => `${root}/${path}`)),
  ...(pages.tabBar?.list ?? []).map(({ pagePath }) => pagePath),
]

/** Reads pages.json. Comments are left out: uni allows them. */
export const parsePages = (text: string): Pages =>
  JSON.parse(text.replace(/^\s*\/\/.*$/gm, '').replace(/\/\*[\s\S]*?\*\//g, '')) as Pages
