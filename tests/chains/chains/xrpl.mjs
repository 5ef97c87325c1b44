// The XRP Ledger, by xrpl.

import xrpl from 'xrpl'
import { secp256k1 } from '@noble/curves/secp256k1'
import {
  assert,
  createWallet,
  damaged,
  digest,
  fromHex,
  fund,
  generateSignature,
  halves,
  history,
  pay,
  pays,
  publicKey,
  refuseToPay,
  toHex,
  transfer,
} from '../support.mjs'

const {
  decode,
  deriveAddress,
  encode,
  encodeForSigning,
  encodeSeed,
  hashes,
  isValidClassicAddress,
  verifyKeypairSignature,
  verifySignature,
} = xrpl

const wallet = await createWallet('XrpLedgerTestnet')
const other = await createWallet('XrpLedgerTestnet')
const SigningPubKey = wallet.signingKey.publicKey.toUpperCase()
await fund(wallet, '100000000')

const common = { Account: wallet.address, Fee: '12', Sequence: 7, LastLedgerSequence: 9000, SigningPubKey }
const issued = { currency: 'USD', issuer: other.address, value: '12.5' }
const transactions = {
  payment: { TransactionType: 'Payment', Destination: other.address, Amount: '1000000', DestinationTag: 42, ...common },
  'payment of an issued currency': {
    TransactionType: 'Payment',
    Destination: other.address,
    Amount: issued,
    SendMax: issued,
    Flags: 131072,
    Memos: [{ Memo: { MemoType: '746578740A', MemoData: 'C0FFEE' } }],
    ...common,
  },
  'payment of a multi-purpose token': {
    TransactionType: 'Payment',
    Destination: other.address,
    Amount: { mpt_issuance_id: '00000007' + 'AB'.repeat(20), value: '7' },
    ...common,
  },
  'payment with a ticket, an invoice and paths': {
    TransactionType: 'Payment',
    Destination: other.address,
    Amount: issued,
    SendMax: '9000000',
    DeliverMin: issued,
    InvoiceID: 'AB'.repeat(32),
    SourceTag: 3,
    Paths: [[{ currency: 'EUR', issuer: other.address, type: 48 }]],
    ...common,
    Sequence: 0,
    TicketSequence: 9,
  },
  'setting of the account': {
    TransactionType: 'AccountSet',
    Domain: '6578616D706C65',
    EmailHash: 'CD'.repeat(16),
    MessageKey: '02' + 'EE'.repeat(32),
    TransferRate: 1002000000,
    SetFlag: 8,
    ...common,
  },
  'token that exists once': {
    TransactionType: 'NFTokenMint',
    NFTokenTaxon: 0,
    TransferFee: 314,
    URI: '697066733A2F2F62616679',
    Flags: 8,
    ...common,
  },
  'channel of payments': {
    TransactionType: 'PaymentChannelCreate',
    Amount: '10000',
    Destination: other.address,
    SettleDelay: 86400,
    PublicKey: SigningPubKey,
    CancelAfter: 800000000,
    ...common,
  },
  'deposit of a market maker': {
    TransactionType: 'AMMDeposit',
    Asset: { currency: 'XRP' },
    Asset2: { currency: 'USD', issuer: other.address },
    Amount: '1000',
    Flags: 524288,
    ...common,
  },
  'trust line': { TransactionType: 'TrustSet', LimitAmount: issued, ...common },
  offer: { TransactionType: 'OfferCreate', TakerGets: '5000000', TakerPays: issued, Expiration: 800000000, ...common },
  escrow: {
    TransactionType: 'EscrowFinish',
    Owner: other.address,
    OfferSequence: 3,
    Condition: 'A0258020' + 'E3'.repeat(32) + '810100',
    Fulfillment: 'A0028000',
    ...common,
  },
}

export const checks = {
  address() {
    assert.equal(wallet.address, deriveAddress(SigningPubKey))
    assert.ok(isValidClassicAddress(wallet.address))
  },

  async hash() {
    const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: toHex(digest) })
    assert.ok(secp256k1.verify(fromHex(signature.encoded), digest, publicKey(wallet)))
    assert.equal(toHex(secp256k1.Signature.fromDER(fromHex(signature.encoded)).toCompactRawBytes()), toHex(halves({ signature })))
  },

  ...Object.fromEntries(
    Object.entries(transactions).map(([name, unsigned]) => [
      `transaction: ${name}`,
      async () => {
        const made = await generateSignature(wallet, { kind: 'Transaction', transaction: encode(unsigned) })
        const blob = made.signedData.slice(2).toUpperCase()
        assert.ok(verifySignature(blob), 'the signature')
        const { TxnSignature, ...rest } = decode(blob)
        assert.equal(encode(rest), encode(unsigned), 'what was signed')
        assert.ok(verifyKeypairSignature(encodeForSigning(unsigned), TxnSignature, SigningPubKey))
        assert.equal(made.signature.encoded, `0x${TxnSignature.toLowerCase()}`)
        assert.equal(made.txHash, hashes.hashSignedTx(blob))
        // The same without the key, which is then put in.
        const { SigningPubKey: key, ...nameless } = unsigned
        const again = await generateSignature(wallet, { kind: 'Transaction', transaction: encode(nameless) })
        assert.equal(again.signedData, made.signedData, key)
      },
    ]),
  ),

  async 'broadcast of a transaction'() {
    const { SigningPubKey: key, ...nameless } = transactions.payment
    const { txHash } = await generateSignature(wallet, {
      kind: 'Transaction',
      transaction: encode({ ...nameless, SigningPubKey: key }),
    })
    await pays(wallet, { kind: 'Transaction', transaction: encode(nameless) }, other, '1000000', txHash)
  },

  async 'addresses to pay'() {
    await pay(wallet, '1000000', { 'of a key': other.address, 'of nobody': 'rrrrrrrrrrrrrrrrrrrrBZbvji' })
    await refuseToPay(wallet, '1000000', {
      'with a wrong character': damaged(other.address),
      'of a seed': encodeSeed(digest.slice(16), 'ed25519'),
    })
  },

  async transfer() {
    const sent = await transfer(wallet, { kind: 'Native', to: other.address, amount: '5000000' })
    assert.equal(sent.status, 'Confirmed')
    assert.match(sent.txHash, /^[0-9A-F]{64}$/)
    assert.equal((await history(other))[0].txHash, sent.txHash)
  },
}
