// Near, by @near-js.

import { PublicKey, KeyType } from '@near-js/crypto'
import { Signature, SignedTransaction, actionCreators, createTransaction, encodeTransaction } from '@near-js/transactions'
import bs58 from 'bs58'
import { createHash } from 'node:crypto'
import {
  assert,
  createWallet,
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

const wallet = await createWallet('NearTestnet')
const other = await createWallet('Near')
const key = new PublicKey({ keyType: KeyType.ED25519, data: publicKey(wallet) })
await fund(wallet, '1000000000000000000000000')

export const checks = {
  address() {
    assert.equal(wallet.address, Buffer.from(key.data).toString('hex'))
    assert.equal(PublicKey.from(key.toString()).toString(), `ed25519:${bs58.encode(publicKey(wallet))}`)
  },

  async hash() {
    const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: toHex(digest) })
    assert.ok(key.verify(digest, fromHex(signature.encoded)))
  },

  async 'hash of a transaction'() {
    const unsigned = createTransaction(wallet.address, key, other.address, 7n, [actionCreators.transfer(12345n)], digest)
    const hash = createHash('sha256').update(encodeTransaction(unsigned)).digest()
    const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: toHex(hash) })
    const signed = new SignedTransaction({
      transaction: unsigned,
      signature: new Signature({ keyType: KeyType.ED25519, data: fromHex(signature.encoded) }),
    })
    const read = SignedTransaction.decode(signed.encode())
    assert.equal(read.transaction.signerId, wallet.address)
    const again = createHash('sha256').update(encodeTransaction(read.transaction)).digest()
    assert.ok(key.verify(again, new Uint8Array(read.signature.ed25519Signature.data)))
  },

  async 'addresses to pay'() {
    await pay(wallet, '5', {
      'of a key': other.address,
      named: 'alice.near',
      'below another': 'my_app.alice-1.testnet',
      'of Ethereum': toHex(digest.slice(12)),
    })
    await refuseToPay(wallet, '5', {
      'in capitals': 'Alice.near',
      'with two dots': 'alice..near',
      short: 'a',
      long: 'a'.repeat(65),
    })
  },

  async transfer() {
    const sent = await transfer(wallet, { kind: 'Native', to: other.address, amount: '5' })
    assert.equal(sent.status, 'Confirmed')
    assert.equal(bs58.decode(sent.txHash).length, 32)
    assert.equal((await history(wallet))[0].txHash, sent.txHash)
  },
}
