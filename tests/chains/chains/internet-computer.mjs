// The Internet Computer, by @dfinity.

import { Secp256k1PublicKey } from '@dfinity/identity-secp256k1'
import { AccountIdentifier } from '@dfinity/ledger-icp'
import { Principal } from '@dfinity/principal'
import { secp256k1 } from '@noble/curves/secp256k1'
import {
  assert,
  createWallet,
  damaged,
  digest,
  fromHex,
  fund,
  generateSignature,
  history,
  pay,
  publicKey,
  refuseToPay,
  toHex,
  transfer,
} from '../support.mjs'

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

  async 'addresses to pay'() {
    const account = AccountIdentifier.fromPrincipal({ principal: Principal.fromText(other.address) }).toHex()
    await pay(wallet, '5', {
      'of a key': other.address,
      'of a canister': 'ryjl3-tyaaa-aaaaa-aaaba-cai',
      'of an account': account,
    })
    await refuseToPay(wallet, '5', {
      'with a wrong character': damaged(other.address),
      'of an account, with a wrong character': account.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
    })
  },

  async transfer() {
    const sent = await transfer(wallet, { kind: 'Native', to: other.address, amount: '5' })
    assert.equal(sent.status, 'Confirmed')
    assert.match(sent.txHash, /^[0-9a-f]{64}$/)
    assert.equal((await history(wallet))[0].txHash, sent.txHash)
  },
}
