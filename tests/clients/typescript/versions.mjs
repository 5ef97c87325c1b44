// Other versions of the official TypeScript client than the one of the scenario, and its delegated client, call every operation
// that they know. Those before 0.6 read the empty answer of a revoked assignment as JSON, which nobody can answer.

import assert from 'node:assert/strict'
import * as newest from '@dfns/sdk'
import { AsymmetricKeySigner } from '@dfns/sdk-keysigner'
import older from 'dfns-sdk-0.6'
import old from 'dfns-sdk-0.7'
import { playBreadth } from './breadth.mjs'
import { ready } from './support.mjs'

const make = (Client) => ({ token, credId, privateKey }) => {
  const signer = credId && new AsymmetricKeySigner({ credId, privateKey })
  // The header that the versions before 0.7 send names an application; one that nobody knows is ignored.
  const appId = 'ap-00000-00000-0000000000000000'
  return { signer, client: new Client({ baseUrl: ready.url, appId, authToken: token, signer }) }
}

for (const [name, Client, least] of [
  ['v0-6', older.DfnsApiClient, 100],
  ['v0-7', old.DfnsApiClient, 115],
  ['newest', newest.DfnsApiClient, 125],
  ['delegated', newest.DfnsDelegatedApiClient, 125],
]) {
  const operations = await playBreadth(name, make(Client))
  assert.ok(operations >= least, `${name} called ${operations} operations only`)
  console.log(`  ${name}: ${operations} operations`)
}
