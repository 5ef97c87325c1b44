// The Internet Computer, by @dfinity.

import { Secp256k1PublicKey } from '@dfinity/identity-secp256k1'
import { Principal } from '@dfinity/principal'
import { secp256k1 } from '@noble/curves/secp256k1'
import { assert, createWallet, digest, fromHex, fund, generateSignature, history, publicKey, toHex, transfer } from '../support.mjs'

const wallet = await createWallet('InternetComputer')
const other = await createWallet('Origyn')
await fund(wallet, '100000000')

const principalOf = (wallet) => {
  const point = secp256k1.Point.fromHex(wallet.signingKey.publicKey).toBytes(false)
  return Principal.selfAuthenticating(new Uint8Array(Secp256k1PublicKey.fromRaw(point).toDer())).toText()
}

export const checks = {
  address() {
    assert.equal(wallet.address, principalOf(wallet))
    assert.equal(other.address, principalOf(other))
    assert.equal(Principal.fromText(wallet.address).toText(), wallet.address)
  },

  async hash() {
    const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: toHex(digest) })
    assert.ok(secp256k1.verify(fromHex(signature.encoded), digest, publicKey(wallet)))
  },

  async transfer() {
    const sent = await transfer(wallet, { kind: 'Native', to: other.address, amount: '5' })
    assert.equal(sent.status, 'Confirmed')
    assert.match(sent.txHash, /^[0-9a-f]{64}$/)
    assert.equal((await history(wallet))[0].txHash, sent.txHash)
  },
}
