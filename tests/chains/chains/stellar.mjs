// Stellar, by @stellar/stellar-base.

import {
  Account,
  Asset,
  BASE_FEE,
  Keypair,
  Memo,
  MuxedAccount,
  Networks,
  Operation,
  StrKey,
  TransactionBuilder,
} from '@stellar/stellar-base'
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
  pays,
  publicKey,
  refuseToPay,
  toHex,
  transfer,
} from '../support.mjs'

const wallet = await createWallet('StellarTestnet')
const other = await createWallet('StellarTestnet')
const signer = Keypair.fromPublicKey(StrKey.encodeEd25519PublicKey(Buffer.from(publicKey(wallet))))
await fund(wallet, '1000000000')

const build = (networkPassphrase, memo) =>
  new TransactionBuilder(new Account(wallet.address, '41'), {
    fee: BASE_FEE,
    networkPassphrase,
    timebounds: { minTime: 1, maxTime: 4e9 },
    memo,
  })
    .addOperation(Operation.payment({ destination: other.address, asset: Asset.native(), amount: '12.5' }))
    .addOperation(Operation.manageData({ name: 'note', value: Buffer.from('kept') }))
    .build()

const stranger = Keypair.fromRawEd25519Seed(Buffer.from(digest))

const signTransaction = async (from, networkPassphrase, memo, signedBefore = false) => {
  const unsigned = build(networkPassphrase, memo)
  if (signedBefore) unsigned.sign(stranger)
  const made = await generateSignature(from, { kind: 'Transaction', transaction: toHex(unsigned.toEnvelope().toXDR()) })
  const signed = TransactionBuilder.fromXDR(Buffer.from(fromHex(made.signedData)).toString('base64'), networkPassphrase)
  assert.deepEqual(signed.hash(), unsigned.hash(), 'what was signed')
  assert.equal(signed.source, wallet.address, 'the sender')
  const signers = signedBefore ? [stranger, signer] : [signer]
  assert.equal(signed.signatures.length, signers.length)
  signers.forEach((key, place) => {
    assert.deepEqual(signed.signatures[place].hint(), key.signatureHint())
    assert.ok(key.verify(signed.hash(), signed.signatures[place].signature()), `the signature at ${place}`)
  })
  assert.equal(made.txHash, signed.hash().toString('hex'))
}

export const checks = {
  address() {
    assert.equal(wallet.address, signer.publicKey())
  },

  async hash() {
    const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: toHex(digest) })
    assert.ok(signer.verify(Buffer.from(digest), Buffer.from(fromHex(signature.encoded))))
  },

  transaction: () => signTransaction(wallet, Networks.TESTNET),
  'transaction with a memo': () => signTransaction(wallet, Networks.TESTNET, Memo.text('invoice 7')),
  'transaction that another one has signed already': () => signTransaction(wallet, Networks.TESTNET, Memo.none(), true),
  'transaction of the public network': () => signTransaction({ ...wallet, network: 'Stellar' }, Networks.PUBLIC),

  // The same that the library builds.
  async 'transaction that pays for another one'() {
    const inner = build(Networks.TESTNET)
    inner.sign(stranger)
    const unsigned = TransactionBuilder.buildFeeBumpTransaction(wallet.address, '200', inner, Networks.TESTNET)
    const made = await generateSignature(wallet, { kind: 'Transaction', transaction: toHex(unsigned.toEnvelope().toXDR()) })
    const signed = TransactionBuilder.fromXDR(Buffer.from(fromHex(made.signedData)).toString('base64'), Networks.TESTNET)
    assert.deepEqual(signed.hash(), unsigned.hash(), 'what was signed')
    assert.ok(signer.verify(signed.hash(), signed.signatures[0].signature()), 'the signature')
    assert.equal(signed.innerTransaction.signatures.length, 1)
    assert.equal(made.txHash, signed.hash().toString('hex'))
  },

  async stellarFeeBumpTransaction() {
    const inner = build(Networks.TESTNET, Memo.text('invoice 7'))
    inner.sign(stranger)
    const innerTransaction = toHex(inner.toEnvelope().toXDR())
    const made = await generateSignature(wallet, {
      kind: 'StellarFeeBumpTransaction',
      innerTransaction,
      transactionReference: 'invoice 7',
    })
    const signed = TransactionBuilder.fromXDR(Buffer.from(fromHex(made.signedData)).toString('base64'), Networks.TESTNET)
    assert.equal(signed.feeSource, wallet.address, 'who pays')
    assert.deepEqual(signed.innerTransaction.hash(), inner.hash(), 'what is paid for')
    assert.ok(stranger.verify(inner.hash(), signed.innerTransaction.signatures[0].signature()), 'the signature within')
    assert.ok(signer.verify(signed.hash(), signed.signatures[0].signature()), 'the signature')
    // Two operations, and the transaction itself counts as one more.
    assert.ok(Number(signed.fee) >= 300, signed.fee)
    assert.equal(made.txHash, signed.hash().toString('hex'))
  },

  async 'broadcast of a transaction'() {
    const transaction = toHex(build(Networks.TESTNET).toEnvelope().toXDR())
    const hash = build(Networks.TESTNET).hash().toString('hex')
    await pays(wallet, { kind: 'Transaction', transaction }, other, '125000000', hash)
  },

  async 'addresses to pay'() {
    const muxed = new MuxedAccount(new Account(other.address, '0'), '7').accountId()
    await pay(wallet, '5', { 'of an account': other.address, 'of one of its users': muxed })
    await refuseToPay(wallet, '5', {
      'with a wrong character': damaged(other.address),
      'of a secret': StrKey.encodeEd25519SecretSeed(Buffer.from(digest)),
      'of a user, with a wrong character': damaged(muxed),
    })
  },

  async transfer() {
    const sent = await transfer(wallet, { kind: 'Native', to: other.address, amount: '5' })
    assert.equal(sent.status, 'Confirmed')
    assert.match(sent.txHash, /^[0-9a-f]{64}$/)
    assert.equal((await history(other))[0].txHash, sent.txHash)
  },
}
