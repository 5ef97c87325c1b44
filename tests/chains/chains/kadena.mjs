// Kadena, by @kadena/cryptography-utils.

import { base64UrlDecodeArr, hash, verifySig } from '@kadena/cryptography-utils'
import { assert, createKey, digest, fromHex, post, toHex } from '../support.mjs'

// Kadena has left the networks of wallets, not those of signatures.
const key = await createKey('EdDSA', 'ed25519')
const sign = (body) => post(`/keys/${key.id}/signatures`, { blockchainKind: 'Kadena', ...body })

export const checks = {
  async hash() {
    const { signature } = await sign({ kind: 'Hash', hash: toHex(digest) })
    assert.ok(verifySig(digest, fromHex(signature.encoded), fromHex(key.publicKey)))
  },

  async pactCommand() {
    const command = JSON.stringify({
      payload: { exec: { code: '(coin.transfer "k:a" "k:b" 1.0)', data: {} } },
      meta: { chainId: '0', sender: `k:${key.publicKey}`, gasLimit: 600, gasPrice: 1e-8, ttl: 600, creationTime: 1893456000 },
      signers: [{ pubKey: key.publicKey }],
      networkId: 'testnet04',
      nonce: 'ü',
    })
    const { signature } = await sign({ kind: 'PactCommand', command })
    assert.ok(verifySig(base64UrlDecodeArr(hash(command)), fromHex(signature.encoded), fromHex(key.publicKey)))
  },
}
