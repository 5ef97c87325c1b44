// Aptos and the chains built on it, by @aptos-labs/ts-sdk.

import {
  AccountAddress,
  AccountAuthenticatorEd25519,
  AuthenticationKey,
  ChainId,
  Deserializer,
  Ed25519PublicKey,
  Ed25519Signature,
  EntryFunction,
  RawTransaction,
  SignedTransaction,
  SimpleTransaction,
  TransactionPayloadEntryFunction,
  U64,
  generateSigningMessageForTransaction,
  generateUserTransactionHash,
} from '@aptos-labs/ts-sdk'
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

const wallet = await createWallet('AptosTestnet')
const other = await createWallet('Movement')
const key = new Ed25519PublicKey(publicKey(wallet))
await fund(wallet, '100000000')

const addressOf = (wallet) =>
  AuthenticationKey.fromPublicKey({ publicKey: new Ed25519PublicKey(publicKey(wallet)) })
    .derivedAddress()
    .toString()

export const checks = {
  address() {
    assert.equal(wallet.address, addressOf(wallet))
    assert.equal(other.address, addressOf(other))
  },

  async hash() {
    const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: toHex(digest) })
    assert.ok(key.verifySignature({ message: digest, signature: new Ed25519Signature(signature.encoded) }))
  },

  async transaction() {
    const call = EntryFunction.build('0x1::aptos_account', 'transfer', [], [AccountAddress.from(other.address), new U64(12345n)])
    const payload = new TransactionPayloadEntryFunction(call)
    const raw = new RawTransaction(AccountAddress.from(wallet.address), 7n, payload, 2000n, 100n, 1893456000n, new ChainId(2))
    const made = await generateSignature(wallet, { kind: 'Transaction', transaction: raw.bcsToHex().toString() })
    const signed = SignedTransaction.deserialize(new Deserializer(fromHex(made.signedData)))
    assert.equal(toHex(signed.raw_txn.bcsToBytes()), toHex(raw.bcsToBytes()), 'what was signed')
    const { public_key, signature } = signed.authenticator
    assert.equal(
      AuthenticationKey.fromPublicKey({ publicKey: public_key }).derivedAddress().toString(),
      wallet.address,
      'the sender',
    )
    const transaction = new SimpleTransaction(raw)
    assert.ok(
      public_key.verifySignature({ message: generateSigningMessageForTransaction(transaction), signature }),
      'the signature',
    )
    const senderAuthenticator = new AccountAuthenticatorEd25519(public_key, signature)
    assert.equal(made.txHash, generateUserTransactionHash({ transaction, senderAuthenticator }))
    assert.equal(made.signature.encoded, signature.toString())
  },

  async 'addresses to pay'() {
    await pay(wallet, '5', { 'of a key': addressOf(other), 'of the system': AccountAddress.ONE.toString() })
    await refuseToPay(wallet, '5', { 'of 20 bytes': toHex(digest.slice(12)), 'without 0x': addressOf(other).slice(2) })
  },

  async transfer() {
    const sent = await transfer(wallet, { kind: 'Native', to: addressOf(wallet).replace(/.$/, '0'), amount: '5' })
    assert.equal(sent.status, 'Confirmed')
    assert.match(sent.txHash, /^0x[0-9a-f]{64}$/)
    assert.equal((await history(wallet))[0].txHash, sent.txHash)
  },
}
