/** The files of the three outputs. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

export const root = path.resolve(import.meta.dirname, '../..')
export const outputs = ['h5', 'mp-weixin', 'app'] as const
export const folderOf = (output: (typeof outputs)[number]): string => path.join(root, 'dist/build', output)

export interface OutputFile {
  /** Inside the output, with slashes. */
  name: string
  bytes: number
  text(): string
}

export function filesOf(output: (typeof outputs)[number]): OutputFile[] {
  const folder = folderOf(output)
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => ({ name: name.replaceAll('\\', '/'), file: path.join(folder, name) }))
    .filter(({ file }) => statSync(file).isFile())
    .map(({ name, file }) => ({ name, bytes: statSync(file).size, text: () => readFileSync(file, 'utf8') }))
}
export const bytesIn = (files: readonly OutputFile[]): number =>
  files.reduce((sum, { bytes }) => sum + bytes, 0)
export const isCode = ({ name }: OutputFile): boolean => /\.(js|css|wxss|wxml|html|json)$/.test(name)
