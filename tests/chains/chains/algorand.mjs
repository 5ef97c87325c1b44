// Algorand, by algosdk.

import algosdk from 'algosdk'
import { ed25519 } from '@noble/curves/ed25519'
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

const wallet = await createWallet('AlgorandTestnet')
const other = await createWallet('AlgorandTestnet')
await fund(wallet, '1000000')

const suggestedParams = {
  fee: 1000n,
  minFee: 1000n,
  flatFee: true,
  firstValid: 7000n,
  lastValid: 8000n,
  genesisID: 'testnet-v1.0',
  genesisHash: digest,
}
const sender = wallet.address
const transactions = {
  payment: algosdk.makePaymentTxnWithSuggestedParamsFromObject({
    sender,
    receiver: other.address,
    amount: 12345n,
    note: fromHex('0x00ff'),
    suggestedParams,
  }),
  'transfer of an asset': algosdk.makeAssetTransferTxnWithSuggestedParamsFromObject({
    sender,
    receiver: other.address,
    amount: 7n,
    assetIndex: 31566704n,
    suggestedParams,
  }),
  'call of an application': algosdk.makeApplicationNoOpTxnFromObject({
    sender,
    appIndex: 5n,
    appArgs: [digest, fromHex('0x01')],
    accounts: [other.address],
    suggestedParams,
  }),
}

const signTransaction = async (unsigned, transaction) => {
  const made = await generateSignature(wallet, { kind: 'Transaction', transaction: toHex(transaction) })
  const signed = algosdk.decodeSignedTransaction(fromHex(made.signedData))
  assert.equal(signed.txn.txID(), unsigned.txID(), 'what was signed')
  assert.equal(signed.txn.sender.toString(), sender, 'the sender')
  assert.ok(ed25519.verify(signed.sig, unsigned.bytesToSign(), publicKey(wallet)), 'the signature')
  assert.equal(made.txHash, unsigned.txID())
  assert.equal(made.signature.encoded, toHex(signed.sig))
  assert.equal(toHex(algosdk.encodeMsgpack(signed)), made.signedData, 'the canonical form')
}

export const checks = {
  address() {
    assert.equal(wallet.address, algosdk.encodeAddress(publicKey(wallet)))
    assert.ok(algosdk.isValidAddress(wallet.address))
  },

  async hash() {
    const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: toHex(digest) })
    assert.ok(ed25519.verify(fromHex(signature.encoded), digest, publicKey(wallet)))
  },

  ...Object.fromEntries(
    Object.entries(transactions).map(([name, unsigned]) => [
      `transaction: ${name}`,
      () => signTransaction(unsigned, unsigned.toByte()),
    ]),
  ),

  'transaction: payment, as it is encoded without a signature': () =>
    signTransaction(transactions.payment, algosdk.encodeUnsignedTransaction(transactions.payment)),

  async 'transaction: payment, in an envelope'() {
    const envelope = new algosdk.SignedTransaction({ txn: transactions.payment })
    await signTransaction(transactions.payment, algosdk.encodeMsgpack(envelope))
  },

  async 'transaction of an account that was handed to the key'() {
    const unsigned = algosdk.makePaymentTxnWithSuggestedParamsFromObject({
      sender: other.address,
      receiver: sender,
      amount: 1n,
      suggestedParams,
    })
    const made = await generateSignature(wallet, { kind: 'Transaction', transaction: toHex(unsigned.toByte()) })
    const signed = algosdk.decodeSignedTransaction(fromHex(made.signedData))
    assert.equal(signed.sgnr.toString(), sender)
    assert.ok(ed25519.verify(signed.sig, unsigned.bytesToSign(), publicKey(wallet)), 'the signature')
    assert.equal(toHex(algosdk.encodeMsgpack(signed)), made.signedData, 'the canonical form')
  },

  async 'transaction of an account of two owners'() {
    const owners = { version: 1, threshold: 2, addrs: [other.address, sender] }
    const account = algosdk.multisigAddress(owners).toString()
    const unsigned = algosdk.makePaymentTxnWithSuggestedParamsFromObject({
      sender: account,
      receiver: sender,
      amount: 1n,
      suggestedParams,
    })
    let transaction = toHex(algosdk.createMultisigTransaction(unsigned, owners))
    for (const owner of [wallet, other])
      transaction = (await generateSignature(owner, { kind: 'Transaction', transaction })).signedData
    const { msig, txn } = algosdk.decodeSignedTransaction(fromHex(transaction))
    assert.equal(txn.txID(), unsigned.txID())
    for (const { pk, s } of msig.subsig) assert.ok(ed25519.verify(s, unsigned.bytesToSign(), pk), 'the signature')
  },

  async 'broadcast of a transaction'() {
    const unsigned = algosdk.makePaymentTxnWithSuggestedParamsFromObject({
      sender,
      receiver: other.address,
      amount: 200000n,
      suggestedParams,
    })
    const transaction = toHex(algosdk.encodeMsgpack(new algosdk.SignedTransaction({ txn: unsigned })))
    await pays(wallet, { kind: 'Transaction', transaction }, other, '200000', unsigned.txID())
  },

  async 'addresses to pay'() {
    await pay(wallet, '5', { 'of a key': other.address, 'of an application': algosdk.getApplicationAddress(7n).toString() })
    await refuseToPay(wallet, '5', {
      'with a wrong character': other.address.replace(/.(.{6})$/, (text, rest) => (text[0] === 'A' ? 'B' : 'A') + rest),
    })
  },

  async transfer() {
    const sent = await transfer(wallet, { kind: 'Native', to: other.address, amount: '200000' })
    assert.equal(sent.status, 'Confirmed')
    assert.match(sent.txHash, /^[A-Z2-7]{52}$/)
    assert.equal((await history(other))[0].txHash, sent.txHash)
  },
}
