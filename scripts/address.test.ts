import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { authorityOf, listening } from './address.mjs'

describe('[D16] the address of a server on this machine', () => {
  it.each([
    [{}, '127.0.0.1:8080'],
    [{ HOST: '', PORT: '' }, '127.0.0.1:8080'],
    [{ HOST: '0.0.0.0', PORT: '81' }, '127.0.0.1:81'],
    [{ HOST: '::' }, '127.0.0.1:8080'],
    [{ HOST: '::1' }, '[::1]:8080'],
    [{ HOST: '[::1]' }, '[::1]:8080'],
    [{ HOST: 'localhost', PORT: '9000' }, 'localhost:9000'],
    [{ HOST: '192.0.2.1' }, '192.0.2.1:8080'],
  ])('of %j is %s', (env, authority) => {
    expect(authorityOf(env)).toBe(authority)
    expect(new URL(`http://${authority}`).host).toBe(authority)
  })
  it('takes from the file what the environment does not say', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tokenim-address-'))
    const file = path.join(folder, 'config.json')
    writeFileSync(file, JSON.stringify({ HOST: '::1', PORT: 9000 }))
    expect(listening({ TOKENIM_CONFIG: file })).toEqual({ host: '::1', port: 9000 })
    expect(authorityOf({ TOKENIM_CONFIG: file, PORT: '9001' })).toBe('[::1]:9001')
    rmSync(folder, { recursive: true })
  })
})
