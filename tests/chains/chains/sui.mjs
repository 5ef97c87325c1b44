// Sui, by @mysten/sui.

import { messageWithIntent, toSerializedSignature } from '@mysten/sui/cryptography'
import { Ed25519PublicKey } from '@mysten/sui/keypairs/ed25519'
import { Transaction } from '@mysten/sui/transactions'
import { isValidSuiAddress, isValidTransactionDigest } from '@mysten/sui/utils'
import { verifyTransactionSignature } from '@mysten/sui/verify'
import { ed25519 } from '@noble/curves/ed25519'
import { blake2b } from '@noble/hashes/blake2'
import bs58 from 'bs58'
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

const wallet = await createWallet('SuiTestnet')
const other = await createWallet('Sui')
const key = new Ed25519PublicKey(publicKey(wallet))
await fund(wallet, '1000000000')

const build = () => {
  const unsigned = new Transaction()
  unsigned.setSender(wallet.address)
  unsigned.setGasPrice(1000)
  unsigned.setGasBudget(5000000)
  unsigned.setGasPayment([{ objectId: other.address, version: '7', digest: bs58.encode(digest) }])
  unsigned.transferObjects([unsigned.splitCoins(unsigned.gas, [12345])], other.address)
  return unsigned.build()
}

export const checks = {
  address() {
    assert.equal(wallet.address, key.toSuiAddress())
    assert.ok(isValidSuiAddress(other.address))
  },

  async hash() {
    const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: toHex(digest) })
    assert.ok(ed25519.verify(fromHex(signature.encoded), digest, key.toRawBytes()))
  },

  async 'hash of a transaction'() {
    const bytes = await build()
    const hash = blake2b(messageWithIntent('TransactionData', bytes), { dkLen: 32 })
    const made = await generateSignature(wallet, { kind: 'Hash', hash: toHex(hash) })
    const signature = toSerializedSignature({
      signatureScheme: 'ED25519',
      signature: fromHex(made.signature.encoded),
      publicKey: key,
    })
    assert.equal((await verifyTransactionSignature(bytes, signature)).toSuiAddress(), wallet.address)
  },

  async transaction() {
    const bytes = await build()
    const made = await generateSignature(wallet, { kind: 'Transaction', transaction: toHex(bytes) })
    const signature = Buffer.from(fromHex(made.signature.encoded)).toString('base64')
    assert.equal((await verifyTransactionSignature(bytes, signature)).toSuiAddress(), wallet.address, 'the signature')
    assert.equal(made.txHash, await Transaction.from(bytes).getDigest())
  },

  async 'addresses to pay'() {
    await pay(wallet, '5', { 'of a key': other.address })
    await refuseToPay(wallet, '5', { 'of 20 bytes': toHex(digest.slice(12)) })
  },

  async transfer() {
    const sent = await transfer(wallet, { kind: 'Native', to: other.address, amount: '5' })
    assert.equal(sent.status, 'Confirmed')
    assert.ok(isValidTransactionDigest(sent.txHash))
    assert.equal((await history(wallet))[0].txHash, sent.txHash)
  },
}
