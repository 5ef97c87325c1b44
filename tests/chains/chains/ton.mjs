// TON and Ion, which is built on it, by @ton.

import {
  Address,
  Cell,
  SendMode,
  beginCell,
  external,
  internal,
  loadMessage,
  loadMessageRelaxed,
  storeMessage,
  storeMessageRelaxed,
  toNano,
} from '@ton/core'
import { signVerify } from '@ton/crypto'
import { WalletContractV4 } from '@ton/ton'
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
  publicKey,
  refuseToPay,
  toHex,
  transfer,
  words,
} from '../support.mjs'

const wallet = await createWallet('TonTestnet')
const other = await createWallet('Ton')
await fund(wallet, '1000000000')

const payment = () => internal({ to: Address.parse(other.address), value: toNano('0.5'), bounce: false, body: 'invoice 7' })
const contractOf = (wallet) => WalletContractV4.create({ workchain: 0, publicKey: Buffer.from(publicKey(wallet)) })
const verifies = (message, { signature }) =>
  signVerify(Buffer.from(message), Buffer.from(fromHex(signature.encoded)), Buffer.from(publicKey(wallet)))

export const checks = {
  address() {
    assert.equal(wallet.address, contractOf(wallet).address.toString({ bounceable: false, testOnly: true }))
    assert.equal(other.address, contractOf(other).address.toString({ bounceable: false }))
  },

  async hash() {
    assert.ok(verifies(digest, await generateSignature(wallet, { kind: 'Hash', hash: toHex(digest) })))
  },

  async message() {
    assert.ok(verifies(words, await generateSignature(wallet, { kind: 'Message', message: toHex(words) })))
  },

  // The library makes the message of the wallet contract and asks for the signature of its hash.
  async 'transfer message of the wallet contract'() {
    let hash
    const to = Address.parse(other.address)
    const signed = await contractOf(wallet).createTransfer({
      seqno: 7,
      timeout: 1893456000,
      sendMode: SendMode.PAY_GAS_SEPARATELY,
      messages: [payment()],
      signer: async (message) => {
        hash = message.hash()
        const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: toHex(hash) })
        return Buffer.from(fromHex(signature.encoded))
      },
    })
    const read = Cell.fromBoc(signed.toBoc())[0].beginParse()
    assert.ok(signVerify(hash, read.loadBuffer(64), Buffer.from(publicKey(wallet))))
    assert.deepEqual(read.asCell().hash(), hash, 'what was signed')
    const sent = loadMessageRelaxed(read.loadRef().beginParse())
    assert.ok(sent.info.dest.equals(to))
    assert.ok(beginCell().store(storeMessageRelaxed(sent)).endCell().bits.length > 0)
  },

  // A cell as a message comes back signed, as the adapter of the API's makers takes it.
  async 'message that is a cell'() {
    let asked
    const signed = await contractOf(wallet).createTransfer({
      seqno: 8,
      timeout: 1893456000,
      sendMode: SendMode.PAY_GAS_SEPARATELY,
      messages: [payment()],
      signer: async (message) => {
        asked = await generateSignature(wallet, { kind: 'Message', message: toHex(message.toBoc()) })
        return Buffer.from(fromHex(asked.signature.encoded))
      },
    })
    const cells = Cell.fromBoc(Buffer.from(fromHex(asked.signedData)))
    assert.deepEqual(cells.map((cell) => cell.hash()), [signed.hash()])
    const read = cells[0].beginParse()
    const signature = read.loadBuffer(64)
    assert.ok(signVerify(read.asCell().hash(), signature, Buffer.from(publicKey(wallet))))
  },

  // The message as the library would send it, with the contract and without.
  async transaction() {
    const contract = contractOf(wallet)
    for (const init of [undefined, contract.init]) {
      const body = contract.createTransfer({
        seqno: 7,
        timeout: 1893456000,
        sendMode: 3,
        messages: [payment()],
        secretKey: Buffer.alloc(64),
      })
      const unsigned = body.beginParse().skip(512).asCell()
      const message = beginCell()
        .store(storeMessage(external({ to: contract.address, init, body: unsigned })))
        .endCell()
      const made = await generateSignature(wallet, { kind: 'Transaction', transaction: toHex(message.toBoc()) })
      const [cell] = Cell.fromBoc(Buffer.from(fromHex(made.signedData)))
      const signed = loadMessage(cell.beginParse())
      assert.ok(signed.info.dest.equals(contract.address), 'the sender')
      assert.equal(Boolean(signed.init), Boolean(init))
      const read = signed.body.beginParse()
      assert.ok(signVerify(unsigned.hash(), read.loadBuffer(64), Buffer.from(publicKey(wallet))), 'the signature')
      assert.deepEqual(read.asCell().hash(), unsigned.hash(), 'what was signed')
      assert.equal(made.txHash, cell.hash().toString('hex'))
    }
  },

  async 'addresses to pay'() {
    const { address } = contractOf(other)
    await pay(wallet, '5', {
      'that bounces': address.toString({ testOnly: true }),
      'that does not': address.toString({ testOnly: true, bounceable: false }),
      'of the main net': other.address,
      'in the other alphabet': address.toString({ testOnly: true, urlSafe: false }),
      raw: address.toRawString(),
      'of the master chain': new Address(-1, Buffer.from(digest)).toString({ testOnly: true }),
    })
    await refuseToPay(wallet, '5', { 'with a wrong character': damaged(other.address) })
    const paying = await createWallet('Ton')
    await fund(paying, '1000000000')
    await refuseToPay(paying, '5', { 'of the test net': address.toString({ testOnly: true }) })
  },

  async transfer() {
    const sent = await transfer(wallet, { kind: 'Native', to: other.address, amount: '5' })
    assert.equal(sent.status, 'Confirmed')
    assert.match(sent.txHash, /^[0-9a-f]{64}$/)
    assert.equal((await history(wallet))[0].txHash, sent.txHash)
  },
}
