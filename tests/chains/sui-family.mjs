// What Sui and Iota share: Iota's library is a fork of Sui's, and each is handed in.

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
} from './support.mjs'

// The checks of a chain: its two networks, its library, and how that names an address.
export async function suiFamily({ testnet, mainnet, addressOf, isValidAddress, library }) {
  const { Ed25519PublicKey, Transaction, isValidTransactionDigest } = library
  const { messageWithIntent, toSerializedSignature, verifyTransactionSignature } = library

  const wallet = await createWallet(testnet)
  const other = await createWallet(mainnet)
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

  return {
    address() {
      assert.equal(wallet.address, addressOf(key))
      assert.ok(isValidAddress(other.address))
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
      assert.equal(addressOf(await verifyTransactionSignature(bytes, signature)), wallet.address)
    },

    async transaction() {
      const bytes = await build()
      const made = await generateSignature(wallet, { kind: 'Transaction', transaction: toHex(bytes) })
      const signature = Buffer.from(fromHex(made.signature.encoded)).toString('base64')
      assert.equal(addressOf(await verifyTransactionSignature(bytes, signature)), wallet.address, 'the signature')
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
}
