// Aptos and the chains built on it, by @aptos-labs/ts-sdk.

import {
  Account,
  AccountAddress,
  AccountAuthenticatorEd25519,
  AccountAuthenticatorNoAccountAuthenticator,
  AuthenticationKey,
  ChainId,
  Deserializer,
  Ed25519PrivateKey,
  Ed25519PublicKey,
  Ed25519Signature,
  EntryFunction,
  MultiAgentTransaction,
  RawTransaction,
  SignedTransaction,
  SimpleTransaction,
  TransactionAuthenticatorFeePayer,
  TransactionAuthenticatorMultiAgent,
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
  pays,
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

const rawOf = (sender) => {
  const call = EntryFunction.build('0x1::aptos_account', 'transfer', [], [AccountAddress.from(other.address), new U64(12345n)])
  return new RawTransaction(sender, 7n, new TransactionPayloadEntryFunction(call), 2000n, 100n, 1893456000n, new ChainId(2))
}

const signTransaction = async (unsigned) => {
  const made = await generateSignature(wallet, { kind: 'Transaction', transaction: toHex(unsigned.bcsToBytes()) })
  const signed = SignedTransaction.deserialize(new Deserializer(fromHex(made.signedData)))
  assert.equal(toHex(signed.raw_txn.bcsToBytes()), toHex(unsigned.raw_txn.bcsToBytes()), 'what was signed')
  return signed
}

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
    const raw = rawOf(AccountAddress.from(wallet.address))
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

  // Signed by its sender, and then by the wallet that pays; and by the sender, and by the wallet as one of two others.
  async 'transaction that others sign'() {
    const [sender, third] = [1, 2].map((byte) =>
      Account.fromPrivateKey({ privateKey: new Ed25519PrivateKey(new Uint8Array(32).fill(byte), false) }),
    )
    const raw = rawOf(sender.accountAddress)
    const own = AccountAddress.from(wallet.address)
    const missing = () => new AccountAuthenticatorNoAccountAuthenticator()

    const paid = new SimpleTransaction(raw, own)
    const payer = { address: own, authenticator: missing() }
    const first = sender.signTransactionWithAuthenticator(paid)
    const paidBy = await signTransaction(new SignedTransaction(raw, new TransactionAuthenticatorFeePayer(first, [], [], payer)))
    const { authenticator } = paidBy.authenticator.fee_payer
    assert.ok(
      authenticator.public_key.verifySignature({
        message: generateSigningMessageForTransaction(paid),
        signature: authenticator.signature,
      }),
    )
    assert.equal(toHex(paidBy.authenticator.sender.bcsToBytes()), toHex(first.bcsToBytes()), 'the signature of the sender')

    const others = [third.accountAddress, own]
    const shared = new MultiAgentTransaction(raw, others)
    const [a, b] = [sender, third].map((account) => account.signTransactionWithAuthenticator(shared))
    const signedBy = await signTransaction(
      new SignedTransaction(raw, new TransactionAuthenticatorMultiAgent(a, others, [b, missing()])),
    )
    const [before, last] = signedBy.authenticator.secondary_signers
    assert.ok(
      last.public_key.verifySignature({ message: generateSigningMessageForTransaction(shared), signature: last.signature }),
    )
    assert.equal(toHex(before.bcsToBytes()), toHex(b.bcsToBytes()), 'the signature of another')
  },

  async 'broadcast of a transaction'() {
    const [from, to] = [await createWallet('AptosTestnet'), await createWallet('AptosTestnet')]
    await fund(from, '100000000')
    const call = EntryFunction.build('0x1::aptos_account', 'transfer', [], [AccountAddress.from(to.address), new U64(12345n)])
    const payload = new TransactionPayloadEntryFunction(call)
    const raw = new RawTransaction(AccountAddress.from(from.address), 0n, payload, 2000n, 100n, 1893456000n, new ChainId(2))
    const transaction = raw.bcsToHex().toString()
    const { txHash } = await generateSignature(from, { kind: 'Transaction', transaction })
    await pays(from, { kind: 'Transaction', transaction }, to, '12345', txHash)
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
