// Dogecoin, by bitcoinjs-lib.

import { bitcoin, derHalves, signPsbt, spending, verifyEcdsa } from '../psbt.mjs'
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
  publicKey,
  refuseToPay,
  toHex,
  transfer,
} from '../support.mjs'

const bip32 = { public: 0x02facafd, private: 0x02fac398 }
const network = { messagePrefix: '', bech32: '', bip32, pubKeyHash: 0x1e, scriptHash: 0x16, wif: 0x9e }
const test = { ...network, pubKeyHash: 0x71, scriptHash: 0xc4 }
const wallet = await createWallet('Dogecoin')

export const checks = {
  async address() {
    assert.equal(wallet.address, bitcoin.payments.p2pkh({ pubkey: publicKey(wallet), network }).address)
    const other = await createWallet('DogecoinTestnet')
    assert.equal(other.address, bitcoin.payments.p2pkh({ pubkey: publicKey(other), network: test }).address)
  },

  async hash() {
    const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: toHex(digest) })
    assert.equal(derHalves(fromHex(signature.encoded)), toHex(halves({ signature })))
    assert.ok(verifyEcdsa(publicKey(wallet), digest, halves({ signature })))
  },

  async psbt() {
    const { output } = bitcoin.payments.p2pkh({ address: wallet.address, network })
    await signPsbt(network, wallet, spending(network, [output, output], [wallet.address]), verifyEcdsa)
  },

  async 'addresses to pay'() {
    const redeem = { output: bitcoin.script.fromASM('OP_TRUE'), network }
    await fund(wallet, '1000000000')
    await pay(wallet, '600', { 'of a key': wallet.address, 'of a script': bitcoin.payments.p2sh({ redeem, network }).address })
    await refuseToPay(wallet, '600', {
      'of Bitcoin': bitcoin.payments.p2pkh({ pubkey: publicKey(wallet) }).address,
      'with a wrong character': damaged(wallet.address),
    })
  },

  async transfer() {
    const sent = await transfer(wallet, { kind: 'Native', to: wallet.address, amount: '600' })
    assert.match(sent.txHash, /^[0-9a-f]{64}$/)
    assert.equal((await history(wallet))[0].txHash, sent.txHash)
  },
}
