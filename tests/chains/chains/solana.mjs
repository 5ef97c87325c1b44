// Solana, by @solana/web3.js.

import {
  Keypair,
  PublicKey,
  SystemProgram,
  Transaction,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js'
import { ed25519 } from '@noble/curves/ed25519'
import bs58 from 'bs58'
import {
  assert,
  broadcast,
  createDerivedWallet,
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
  words,
} from '../support.mjs'

const wallet = await createWallet('SolanaDevnet')
const other = await createWallet('SolanaDevnet')
const [payer, receiver] = [wallet, other].map(({ address }) => new PublicKey(address))
const recentBlockhash = new PublicKey(digest).toBase58()
await fund(wallet, '1000000000')

const payment = SystemProgram.transfer({ fromPubkey: payer, toPubkey: receiver, lamports: 5000 })
const note = (signer) =>
  new TransactionInstruction({
    keys: [{ pubkey: signer, isSigner: true, isWritable: false }],
    programId: new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'),
    data: Buffer.from(words),
  })
const legacy = (...instructions) => new Transaction({ feePayer: payer, recentBlockhash }).add(...instructions)
const unsigned = (transaction) => toHex(transaction.serialize({ requireAllSignatures: false, verifySignatures: false }))

export const checks = {
  address() {
    assert.equal(wallet.address, new PublicKey(publicKey(wallet)).toBase58())
    assert.ok(PublicKey.isOnCurve(wallet.address))
  },

  async hash() {
    const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: toHex(digest) })
    assert.ok(ed25519.verify(fromHex(signature.encoded), digest, publicKey(wallet)))
  },

  async 'message of a derived key'() {
    const derived = await createDerivedWallet('SolanaDevnet', 'EdDSA', 'ed25519', "m/44'/501'/7'")
    const { signature } = await generateSignature(derived, { kind: 'Message', message: toHex(words) })
    const key = new PublicKey(derived.address)
    assert.ok(PublicKey.isOnCurve(key) && ed25519.verify(fromHex(signature.encoded), words, key.toBytes()))
  },

  async message() {
    const { signature } = await generateSignature(wallet, { kind: 'Message', message: toHex(words) })
    assert.ok(ed25519.verify(fromHex(signature.encoded), words, payer.toBytes()))
  },

  async 'legacy transaction'() {
    const made = await generateSignature(wallet, { kind: 'Transaction', transaction: unsigned(legacy(payment)) })
    const signed = Transaction.from(fromHex(made.signedData))
    assert.ok(signed.verifySignatures(), 'the signature')
    assert.ok(signed.feePayer.equals(payer), 'the sender')
    assert.deepEqual(signed.serializeMessage(), legacy(payment).serializeMessage(), 'what was signed')
    assert.equal(made.txHash, bs58.encode(signed.signature))
    assert.equal(made.signature.encoded, toHex(signed.signature))
  },

  async 'transaction of version 0'() {
    const message = new TransactionMessage({
      payerKey: payer,
      recentBlockhash,
      instructions: [payment, note(payer)],
    }).compileToV0Message()
    const transaction = toHex(new VersionedTransaction(message).serialize())
    const made = await generateSignature(wallet, { kind: 'Transaction', transaction })
    const signed = VersionedTransaction.deserialize(fromHex(made.signedData))
    assert.deepEqual(signed.message.serialize(), message.serialize(), 'what was signed')
    assert.ok(ed25519.verify(signed.signatures[0], message.serialize(), payer.toBytes()), 'the signature')
    assert.equal(made.txHash, bs58.encode(signed.signatures[0]))
  },

  async 'transaction that another one has signed already'() {
    const stranger = Keypair.fromSeed(digest)
    const transaction = legacy(payment, note(stranger.publicKey))
    transaction.partialSign(stranger)
    const { signedData } = await generateSignature(wallet, { kind: 'Transaction', transaction: unsigned(transaction) })
    assert.ok(Transaction.from(fromHex(signedData)).verifySignatures(true), 'both signatures')
  },

  async 'transaction whose fee another one pays'() {
    const stranger = Keypair.fromSeed(digest)
    const transaction = new Transaction({ feePayer: stranger.publicKey, recentBlockhash }).add(payment)
    transaction.partialSign(stranger)
    const { signedData } = await generateSignature(wallet, { kind: 'Transaction', transaction: unsigned(transaction) })
    assert.ok(Transaction.from(fromHex(signedData)).verifySignatures(true), 'both signatures')
  },

  async 'broadcast of a transaction'() {
    const sent = await broadcast(wallet, { kind: 'Transaction', transaction: unsigned(legacy(payment)) })
    assert.equal(sent.status, 'Confirmed')
    assert.ok(ed25519.verify(bs58.decode(sent.txHash), legacy(payment).serializeMessage(), payer.toBytes()))
  },

  async 'addresses to pay'() {
    const [derived] = PublicKey.findProgramAddressSync([words.slice(0, 8)], receiver)
    assert.ok(!PublicKey.isOnCurve(derived))
    await pay(wallet, '5', { 'of a key': other.address, 'of a program': derived.toBase58() })
    await refuseToPay(wallet, '5', {
      'of 31 bytes': bs58.encode(digest.slice(1)),
      'not in base 58': `0${other.address.slice(1)}`,
    })
  },

  async 'transfer of tokens'() {
    for (const kind of ['Spl', 'Spl2022']) {
      const mint = Keypair.fromSeed(digest).publicKey.toBase58()
      await fund(wallet, '1000', { kind, mint, symbol: 'TKN', decimals: 6 })
      const sent = await transfer(wallet, { kind, mint, to: other.address, amount: '10' })
      assert.equal(sent.status, 'Confirmed')
      assert.equal(bs58.decode(sent.txHash).length, 64)
    }
  },

  async transfer() {
    const sent = await transfer(wallet, { kind: 'Native', to: other.address, amount: '5' })
    assert.equal(sent.status, 'Confirmed')
    assert.equal(bs58.decode(sent.txHash).length, 64)
    assert.equal((await history(other))[0].txHash, sent.txHash)
  },
}
