// Tron, by tronweb.

import { TronWeb, utils } from 'tronweb'
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
  pays,
  refuseToPay,
  toHex,
  transfer,
  words,
} from '../support.mjs'

const wallet = await createWallet('TronNile')
const other = await createWallet('TronNile')
await fund(wallet, '100000000')

const { crypto, deserializeTx, message, transaction: transactions } = utils
// No node is asked: what would come from the newest block is told to the builder.
const builder = new TronWeb({ fullHost: 'http://127.0.0.1:1' }).transactionBuilder
const blockHeader = {
  ref_block_bytes: 'c0de',
  ref_block_hash: '0102030405060708',
  expiration: 1893456060000,
  timestamp: 1893456000000,
}
const contracts = {
  TransferContract: () => builder.sendTrx(other.address, 1500000, wallet.address, { blockHeader }),
  TransferAssetContract: () => builder.sendToken(other.address, 7, '1000001', wallet.address, { blockHeader }),
  FreezeBalanceV2Contract: () => builder.freezeBalanceV2(1000000, 'ENERGY', wallet.address, { blockHeader }),
  async TriggerSmartContract() {
    const values = [
      { type: 'address', value: other.address },
      { type: 'uint256', value: 1000000 },
    ]
    const options = { blockHeader, txLocal: true, feeLimit: 100000000 }
    return (await builder.triggerSmartContract(other.address, 'transfer(address,uint256)', options, values, wallet.address))
      .transaction
  },
}

const signerOf = (hash, { encoded }) => {
  const address = crypto.ecRecover(Buffer.from(hash).toString('hex'), encoded.slice(2))
  return TronWeb.address.fromHex(`41${address.slice(-40)}`)
}

export const checks = {
  address() {
    const point = secp256k1.Point.fromHex(wallet.signingKey.publicKey).toBytes(false)
    assert.equal(wallet.address, crypto.getBase58CheckAddress(crypto.computeAddress([...point])))
    assert.ok(TronWeb.isAddress(wallet.address))
  },

  async hash() {
    const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: toHex(digest) })
    assert.equal(signerOf(digest, signature), wallet.address)
  },

  async message() {
    const { signature } = await generateSignature(wallet, { kind: 'Message', message: toHex(words) })
    assert.equal(message.verifyMessage(words, signature.encoded), wallet.address)
  },

  ...Object.fromEntries(
    Object.entries(contracts).map(([type, build]) => [
      `transaction: ${type}`,
      async () => {
        const unsigned = await build()
        const made = await generateSignature(wallet, { kind: 'Transaction', transaction: unsigned.raw_data_hex })
        assert.equal(made.txHash, unsigned.txID)
        // The same for the whole transaction that has no signature yet.
        const whole = toHex(transactions.txJsonToPb(unsigned).serializeBinary())
        const again = await generateSignature(wallet, { kind: 'Transaction', transaction: whole })
        assert.equal(again.signedData, made.signedData)
        assert.equal(signerOf(fromHex(unsigned.txID), made.signature), wallet.address)
        // The library keeps what it writes and reads transactions with in this one place.
        const signed = globalThis.TronWebProto.Transaction.deserializeBinary(fromHex(made.signedData))
        const raw = Buffer.from(signed.getRawData().serializeBinary()).toString('hex')
        assert.equal(raw, unsigned.raw_data_hex, 'what was signed')
        assert.deepEqual(signed.getSignatureList_asU8().map(toHex), [made.signature.encoded])
        const read = { ...unsigned, raw_data: deserializeTx.deserializeTransaction(type, raw) }
        assert.ok(transactions.txCheck(read))
        assert.equal(
          TronWeb.address.fromHex(read.raw_data.contract[0].parameter.value.owner_address),
          wallet.address,
          'the sender',
        )
      },
    ]),
  ),

  async 'transaction that another one has signed already'() {
    const unsigned = transactions.txJsonToPb(await contracts.TransferContract())
    const first = await generateSignature(other, { kind: 'Transaction', transaction: toHex(unsigned.serializeBinary()) })
    const both = await generateSignature(wallet, { kind: 'Transaction', transaction: first.signedData })
    const signed = globalThis.TronWebProto.Transaction.deserializeBinary(fromHex(both.signedData))
    const signers = signed.getSignatureList_asU8().map((bytes) => signerOf(fromHex(both.txHash), { encoded: toHex(bytes) }))
    assert.deepEqual(signers, [other.address, wallet.address])
  },

  async 'broadcast of a transaction'() {
    const unsigned = await contracts.TransferContract()
    const whole = toHex(transactions.txJsonToPb(unsigned).serializeBinary())
    await pays(wallet, { kind: 'Transaction', transaction: whole }, other, '1500000', unsigned.txID)
  },

  async 'addresses to pay'() {
    await pay(wallet, '5', { 'in base 58': other.address })
    await refuseToPay(wallet, '5', {
      'of Ethereum': toHex(fromHex(TronWeb.address.toHex(other.address)).slice(1)),
      'with a wrong character': damaged(other.address),
    })
  },

  async transfer() {
    const sent = await transfer(wallet, { kind: 'Native', to: other.address, amount: '5' })
    assert.equal(sent.status, 'Confirmed')
    assert.match(sent.txHash, /^[0-9a-f]{64}$/)
    assert.equal((await history(other))[0].txHash, sent.txHash)
  },
}
